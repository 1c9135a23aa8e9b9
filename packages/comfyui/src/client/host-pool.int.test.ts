/** Connections between calls, and bodies as they come over them. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, it, onTestFinished } from 'vitest'
import { createHostClient } from './create-host-client.ts'
import { createHostPool } from './host-pool.ts'

const FILE = { node_id: '1', filename: 'a.png', subfolder: '', type: 'output' }
const QUEUE = '{"queue_running":[],"queue_pending":[]}'
const STATS = '{"system":{"comfyui_version":"0.33.0"},"devices":[]}'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A server that answers as told, and what it saw. */
async function serve(answer: Answer) {
  const connections: Socket[] = []
  const asked: string[] = []
  const server: Server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    answer(request, response)
  })
  // says nothing of how long it keeps a connection, like aiohttp
  server.keepAliveTimeout = 0
  server.on('connection', (socket) => connections.push(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const pool = createHostPool()
  onTestFinished(async () => {
    await pool.close()
    server.closeAllConnections()
    server.close()
  })
  // a TCP server's address is an object
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { client: createHostClient(url, { pool }), pool, connections, asked }
}

const open = (connections: Socket[]) => connections.filter((socket) => !socket.destroyed).length
const submission = { workflow: '{}', clientId: 'c', promptId: 'p' }

it('carries one call after the other over the same two connections, and calls at once over several', async () => {
  const { client, connections } = await serve((_, response) => response.end(QUEUE))
  for (let call = 0; call < 9; call += 1) await client.queue()
  // the first is given back a moment after its answer
  expect(connections.length).toBeLessThan(3)
  await Promise.all([client.queue(), client.queue(), client.queue(), client.queue()])
  expect(connections.length).toBeGreaterThan(3)
})

it('posts once, over a new connection, when the host has closed the one that lay idle', async () => {
  const { client, connections, asked } = await serve((request, response) => {
    response.end(request.method === 'POST' ? '{"prompt_id":"p","number":1}' : STATS)
  })
  await client.systemStats()
  connections[0]?.end()
  await expect.poll(() => open(connections)).toBe(0)
  expect(await client.submit(submission)).toMatchObject({ promptId: 'p' })
  expect(asked).toEqual(['GET /system_stats', 'POST /prompt'])
  expect(connections).toHaveLength(2)
})

it('posts once also when the connection goes the moment that it is used again', async () => {
  const { client, connections, asked } = await serve((request, response) => {
    if (request.method === 'POST') request.socket.destroy()
    else response.end(STATS)
  })
  await client.systemStats()
  await expect(client.submit(submission)).rejects.toMatchObject({ code: 'unreachable' })
  // a second POST would come over a new connection, before this call over it
  await client.systemStats()
  expect(asked).toEqual(['GET /system_stats', 'POST /prompt', 'GET /system_stats'])
  expect(connections).toHaveLength(2)
})

it('believes a host that says how soon it closes', async () => {
  const { client, connections } = await serve((_, response) => {
    response.writeHead(200, { connection: 'keep-alive', 'keep-alive': 'timeout=1' }).end(QUEUE)
  })
  for (let call = 0; call < 4; call += 1) await client.queue()
  expect(connections).toHaveLength(4)
})

it('closes what it opened, and breaks off what goes on', async () => {
  const { client, pool, connections, asked } = await serve((request, response) => {
    if (request.url === '/queue') response.end(QUEUE)
  })
  await client.queue()
  const stuck = client.queueDepth()
  await expect.poll(() => asked.length).toBe(2)
  await Promise.all([pool.close(), expect(stuck).rejects.toMatchObject({ code: 'unreachable' })])
  await expect.poll(() => open(connections)).toBe(0)
  await expect(client.queue()).rejects.toMatchObject({ code: 'unreachable' })
})

it.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
] as const)('reads answers and files that come as %s', async (encoding, compress) => {
  const asked: unknown[] = []
  const { client } = await serve((request, response) => {
    asked.push(request.headers['accept-encoding'])
    response.writeHead(200, { 'content-encoding': encoding }).end(compress(QUEUE))
  })
  expect(await client.queue()).toEqual({ running: [], pending: [] })
  const { body, size } = await client.view(FILE)
  expect(await new Response(body).text()).toBe(QUEUE)
  expect(size).toBeNull()
  // a picture only grows by it, and its size would not be known
  expect(asked).toEqual(['gzip, deflate', undefined])
})

it('reads no more than it can use, however little it was on the way', async () => {
  const { client } = await serve((_, response) => {
    response
      .writeHead(200, { 'content-encoding': 'gzip' })
      .end(gzipSync(Buffer.alloc(65 * 1024 * 1024)))
  })
  await expect(client.queue()).rejects.toMatchObject({ code: 'bad_answer' })
})

it.each(['zstd', 'gzip'])(
  'does not take for a file what is not %s as it says',
  async (encoding) => {
    const { client } = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end('no such bytes')
    })
    const read = async () => new Response((await client.view(FILE)).body).arrayBuffer()
    await expect(read()).rejects.toMatchObject({ name: 'HostError' })
  },
)

it('passes over hints that come before an answer', async () => {
  const { client } = await serve((_, response) => {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' }, () => response.end(QUEUE))
  })
  expect(await client.queue()).toEqual({ running: [], pending: [] })
  expect(await client.queue()).toEqual({ running: [], pending: [] })
})

it('tells who reads a file late that it broke off before', async () => {
  const { client, connections } = await serve((_, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('x')
  })
  const { body } = await client.view(FILE)
  connections[0]?.destroy()
  await expect.poll(() => open(connections)).toBe(0)
  await expect(new Response(body).text()).rejects.toMatchObject({ code: 'unreachable' })
})

it('lets go of a file that nobody wants', async () => {
  const { client, connections } = await serve((request, response) => {
    response.writeHead(request.url?.includes('a.png') ? 200 : 500).write('x')
  })
  await (await client.view(FILE)).body.cancel()
  await expect.poll(() => open(connections)).toBe(0)
  await expect(client.view({ ...FILE, filename: 'b.png' })).rejects.toMatchObject({ status: 500 })
  await expect.poll(() => open(connections)).toBe(0)
})
