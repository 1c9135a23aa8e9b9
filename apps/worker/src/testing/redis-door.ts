/** A way to Redis whose connections can be cut, or refused for a while. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface RedisDoor {
  url: string
  /** Drops every connection; new ones are let in, unless the door is shut. */
  cut(): void
  shut(): void
  reopen(): void
  close(): Promise<void>
}

export async function openRedisDoor(redisUrl: string): Promise<RedisDoor> {
  const target = new URL(redisUrl)
  const sockets = new Set<Socket>()
  let isShut = false
  const server = createServer((client) => {
    if (isShut) return client.destroy()
    const redis = connect(Number(target.port || 6379), target.hostname)
    for (const [from, to] of [
      [client, redis],
      [redis, client],
    ] as const) {
      sockets.add(from)
      from.pipe(to)
      from.on('error', () => undefined)
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // a TCP server's address is an object
  const { port } = server.address() as AddressInfo
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `redis://127.0.0.1:${port}${target.pathname}`,
    cut,
    shut() {
      isShut = true
      cut()
    },
    reopen() {
      isShut = false
    },
    async close() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
