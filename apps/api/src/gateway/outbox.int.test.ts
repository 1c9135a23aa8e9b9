import { createServer } from 'node:http'
import { listen } from '@safelight/runtime'
import { until } from '@safelight/testkit'
import { Server } from 'socket.io'
import { io, type ManagerOptions, type Socket } from 'socket.io-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createOutbox } from './outbox.ts'
import { toPacket, toPreviewPacket } from './packet.ts'
import { countQueuedPackets, type Gateway, type GatewaySocket } from './sockets.ts'

/** One socket of a server of its own, its outbox, and all that its client hears, in order. */
async function openSocket(options: Partial<ManagerOptions> = { transports: ['websocket'] }) {
  const server = createServer()
  const gateway: Gateway = new Server(server, { perMessageDeflate: false })
  const port = await listen(server, { host: '127.0.0.1', port: 0 })
  const connected = new Promise<GatewaySocket>((resolve) => gateway.once('connection', resolve))
  const client: Socket = io(`http://127.0.0.1:${port}`, { ...options, forceNew: true })
  onTestFinished(async () => {
    client.disconnect()
    await gateway.close()
  })
  const heard: unknown[] = []
  client.onAny((_name, payload) => heard.push(payload))
  const socket = await connected
  await until(() => client.connected)
  let drained = 0
  const outbox = createOutbox({
    delivery: { sent: () => undefined },
    conn: socket.conn,
    onDrained: () => void (drained += 1),
  })
  let writes = 0
  socket.conn.on('flush', () => void (writes += 1))
  return { client, socket, outbox, heard, writes: () => writes, drained: () => drained }
}

const position = (queuePosition: number, jobId = 'j') => ({ jobId, queuePosition, etaMs: null })
const toPosition = (at: number, jobId = 'j') => toPacket('position', position(at, jobId))
/** So much that no socket of the system swallows it. */
const toLarge = (at: number) => toPosition(at, 'x'.repeat(60_000))
const range = (length: number) => Array.from({ length }, (_, at) => at)

describe('an outbox', () => {
  it('sends what comes in one tick as one write, in order', async () => {
    const { outbox, heard, writes } = await openSocket()
    for (const at of range(50)) outbox.push('j', toPosition(at))
    await until(() => heard.length === 50)
    expect(heard).toEqual(range(50).map((at) => position(at)))
    expect(writes()).toBe(1)
  })

  it('writes what comes later at once, when nothing is under way', async () => {
    const { outbox, heard, writes } = await openSocket()
    for (const at of range(3)) {
      outbox.push('j', toPosition(at))
      await until(() => heard.length === at + 1)
    }
    expect(writes()).toBe(3)
  })

  it.each([0, 125, 126, 65_535, 65_536, 200_000])('sends names of %i bytes', async (length) => {
    const { outbox, heard } = await openSocket()
    const name = 'ü'.repeat(length / 2)
    outbox.push('j', toPosition(1, name))
    outbox.push('j', toPosition(2))
    await until(() => heard.length === 2)
    expect(heard).toEqual([position(1, name), position(2)])
  })

  it.each([
    ['a WebSocket', { transports: ['websocket'] }],
    ['polls', { transports: ['polling'] }],
    ['polls that become a WebSocket', { transports: ['polling', 'websocket'] }],
  ])('sends everything over %s, pictures as bytes', async (_what, options) => {
    const { outbox, heard } = await openSocket(options)
    const data = new Uint8Array([1, 2, 3])
    const picture = { nodeId: '3', contentType: 'image/png', data }
    for (const at of range(200)) {
      outbox.push('j', toPosition(at))
      if (at % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await until(() => heard.length === 200)
    outbox.offer('j', () => toPreviewPacket('j', picture))
    await until(() => heard.length === 201)
    expect(heard.slice(0, 200)).toEqual(range(200).map((at) => position(at)))
    expect(heard[200]).toEqual({ jobId: 'j', ...picture, data: Buffer.from(data) })
  })

  it('keeps no more than its bound for a client that stopped reading, and sends that once it reads', async () => {
    const { client, socket, outbox, heard, drained } = await openSocket()
    const transport: unknown = Reflect.get(client.io.engine.transport, 'ws')
    const ws = transport as { pause(): void; resume(): void }
    ws.pause()
    let pushed = 0
    // as a watcher does: what does not fit is dropped
    for (; !outbox.isFull && pushed < 2_000; pushed += 1) {
      outbox.push('j', toLarge(pushed))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(pushed).toBeLessThan(2_000)
    // what Engine.IO has of it is what it is writing
    expect(countQueuedPackets(socket)).toBeLessThan(5)
    let written = 0
    outbox.offer('j', () => {
      written += 1
      return toPosition(-1)
    })
    const before = drained()
    ws.resume()
    await until(() => heard.length === pushed && drained() > before)
    expect(heard).toEqual(range(pushed).map((at) => position(at, 'x'.repeat(60_000))))
    expect([outbox.isFull, written]).toEqual([false, 0])
  })

  it('forgets what it still has of one job, and everything when it is closed', async () => {
    const { outbox, heard } = await openSocket()
    outbox.push('a', toPosition(1))
    outbox.push('b', toPosition(2))
    outbox.forget('a')
    await until(() => heard.length === 1)
    expect(heard).toEqual([position(2)])
    outbox.push('b', toPosition(3))
    outbox.close()
    outbox.push('b', toPosition(4))
    await new Promise((resolve) => setImmediate(resolve))
    expect(heard).toHaveLength(1)
  })
})
