/** A way to the test's Redis that can be closed, cut and made mute: outages on demand. */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { inject, onTestFinished } from 'vitest'

/** A way to the real Redis that can be closed, cut and made mute. */
export async function openDoor({ closed }: { closed: boolean }) {
  const target = new URL(inject('redisUrl'))
  const sockets = new Set<Socket>()
  let letIn = !closed
  let mute = false
  const server: Server = createServer((client) => {
    if (!letIn) return client.destroy()
    const redis = connect(Number(target.port || 6379), target.hostname)
    for (const socket of [client, redis]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    }
    client.on('data', (data) => redis.write(data))
    redis.on('data', (data) => mute || client.write(data))
    client.on('close', () => redis.destroy())
    redis.on('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  onTestFinished(() => {
    cut()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `redis://127.0.0.1:${address.port}`,
    cut,
    open: () => void (letIn = true),
    mute: () => void (mute = true),
    unmute: () => void (mute = false),
  }
}
