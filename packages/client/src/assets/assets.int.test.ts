/** What goes over the wire for assets, as a server sees it. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createClient } from '../create-client.ts'
import type { UploadContent, UploadProgress } from './types.ts'

interface Asked {
  method: string
  url: string
  type: string
  body: Buffer
}

let server: Server
let client: ReturnType<typeof createClient>
let asked: Asked[]
let answer: { status: number; body?: object }
/** Connections that are cut before anything is answered. */
let cuts: number
beforeEach(async () => {
  asked = []
  answer = { status: 201, body: { id: 'a1', created_new: true } }
  cuts = 0
  server = createServer((request, response) => {
    const serve = async () => {
      await take(request)
      const { status, body } = answer
      cuts -= 1
      if (cuts >= 0) request.socket.destroy()
      else response.writeHead(status).end(body && JSON.stringify(body))
    }
    // a client may go away in the middle
    serve().catch(() => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  client = createClient({ baseUrl: `http://127.0.0.1:${port}`, token: 't' })
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

async function take(request: IncomingMessage): Promise<void> {
  const { method = '', url = '', headers } = request
  asked.push({ method, url, type: headers['content-type'] ?? '', body: await buffer(request) })
}

/** Names and values in the order in which they came; read by the platform, not by what wrote them. */
async function readForm({ type, body }: Asked): Promise<[string, unknown][]> {
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': type },
  }).formData()
  const entries: [string, unknown][] = []
  for (const [name, value] of form.entries()) {
    const file = typeof value === 'string' ? null : value
    entries.push([name, file ? [file.name, file.type, await file.text()] : value])
  }
  return entries
}

async function* pieces() {
  yield Buffer.from('pix')
  yield Buffer.from('els')
}

describe('an upload', () => {
  const facts = { filePath: 'in/a "b".png', contentType: 'image/png', tags: ['x', 'y'] }
  const sent: [string, unknown][] = [
    ['content_type', 'image/png'],
    ['file_path', 'in/a "b".png'],
    ['tags', 'x'],
    ['tags', 'y'],
    ['expires_in', '60'],
    ['file', ['a "b".png', 'image/png', 'pixels']],
  ]

  it.each<[string, () => UploadContent]>([
    ['a blob', () => new Blob(['pixels'])],
    ['bytes', () => Buffer.from('pixels')],
    ['a stream of Node', pieces],
    ['a stream of the web', () => new Blob(['pixels']).stream()],
  ])('of %s says what it is, and the bytes come last', async (_, toContent) => {
    const asset = await client.assets.upload(toContent(), { ...facts, expiresIn: 60 })
    expect(asset).toMatchObject({ id: 'a1', created_new: true })
    const [request] = asked
    expect(request).toMatchObject({ method: 'POST', url: '/api/v2/assets' })
    expect(request && (await readForm(request))).toEqual(sent)
  })

  it('of a path goes by the name of the file, and tells how far it is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'safelight-upload-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'big.bin'), Buffer.alloc(300_000, 7))
    const heard: UploadProgress[] = []
    await client.assets.upload(join(folder, 'big.bin'), {
      onProgress: (progress) => heard.push(progress),
    })
    expect(asked[0]?.body.includes('filename="big.bin"')).toBe(true)
    const counts = heard.map(({ sent }) => sent)
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
    expect(counts.length).toBeGreaterThan(1)
    expect(heard.at(-1)).toEqual({ sent: 300_000, total: 300_000 })
  })

  it('is sent again when no answer came, if it can be', async () => {
    cuts = 1
    await client.assets.upload(new Blob(['pixels']))
    expect(asked).toHaveLength(2)
    cuts = 1
    await expect(client.assets.upload(pieces())).rejects.toMatchObject({ code: 'unreachable' })
    expect(asked).toHaveLength(3)
  })

  it('ends when it is aborted', async () => {
    const stop = new AbortController()
    async function* endless() {
      for (;;) {
        yield Buffer.alloc(65_536)
        await new Promise(setImmediate)
      }
    }
    const work = client.assets.upload(endless(), {
      signal: stop.signal,
      onProgress: ({ sent }) => sent > 1_000_000 && stop.abort(new Error('enough')),
    })
    await expect(work).rejects.toThrow('enough')
  })
})

it('asks whether bytes are there without sending them', async () => {
  const hash = `blake3:${'0'.repeat(64)}`
  answer = { status: 200 }
  expect(await client.assets.has(hash)).toBe(true)
  answer = { status: 404 }
  expect(await client.assets.has(hash)).toBe(false)
  expect(asked[1]).toMatchObject({
    method: 'HEAD',
    url: `/api/v2/assets/by-hash/${encodeURIComponent(hash)}`,
  })
  answer = { status: 401 }
  await expect(client.assets.has(hash)).rejects.toMatchObject({ status: 401 })
})

it('speaks the words of the API', async () => {
  await client.assets.fromHash('blake3:1', { filePath: 'a.png', expiresIn: 60 })
  await client.assets.fromUrl('https://a.example/b.png', { tags: ['t'] })
  await client.assets.list({ type: 'image', since: new Date(0), limit: 5, cursor: 'c' })
  answer = { status: 204 }
  await client.assets.delete('a/1')
  expect(asked.map(({ method, url, body }) => [method, url, body.toString()])).toEqual([
    ['POST', '/api/v2/assets/from-hash', '{"hash":"blake3:1","file_path":"a.png","expires_in":60}'],
    ['POST', '/api/v2/assets', '{"url":"https://a.example/b.png","tags":["t"]}'],
    ['GET', '/api/v2/assets?type=image&cursor=c&since=1970-01-01T00%3A00%3A00.000Z&limit=5', ''],
    ['DELETE', '/api/v2/assets/a%2F1', ''],
  ])
})

it('stands for an asset in a workflow, in the words of the contract', () => {
  const asset = { id: 'a1', hash: 'blake3:1', file_path: null }
  expect(client.assets.reference(asset)).toEqual({
    __type: 'core/ASSET',
    info: { id: 'a1', hash: 'blake3:1' },
  })
})
