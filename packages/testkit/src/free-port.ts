/** A TCP port of 127.0.0.1 that is free now: a process that is started again must come back under its address. */
import { createServer } from 'node:net'

// what was handed out, but is not bound yet, must not be handed out again
const taken = new Set<number>()

export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = await bindAnyPort()
    if (taken.has(port)) continue
    taken.add(port)
    return port
  }
}

function bindAnyPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
