/** A TCP port of 127.0.0.1 that is free now: a process that is started again must come back under its address. */
import { createServer } from 'node:net'

// what was handed out, but is not bound yet, must not be handed out again
const taken = new Set<number>()

/** @param wanted taken if it is free, otherwise any free one */
export async function findFreePort(wanted = 0): Promise<number> {
  for (let tried = wanted; ; tried = 0) {
    const port = await bindPort(tried).catch((error: unknown) => {
      if (tried === 0) throw error
    })
    if (port === undefined || taken.has(port)) continue
    taken.add(port)
    return port
  }
}

function bindPort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
