import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTestStore } from '@safelight/testkit/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { createLocalBlobs } from '../blobs/local-blobs.ts'
import { createUrlFetcher } from './fetch-to-asset.ts'

const PNG_HEAD = '89504e470d0a1a0a0000000d49484452'

async function start(answer: RequestListener, fetchMs = 5_000) {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const dataDir = await mkdtemp(join(tmpdir(), 'safelight-fetch-'))
  const { assets, redis, keys } = await openTestStore()
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await rm(dataDir, { recursive: true, force: true })
  })
  const fetchToAsset = createUrlFetcher({
    blobs: createLocalBlobs(dataDir),
    assets,
    allowPrivate: true,
    limits: { maxBytes: 10_000, maxPixels: 1_000_000, fetchMs },
  })
  return {
    fetch: (path: string, { filePath = null }: { filePath?: string | null } = {}) =>
      fetchToAsset(`http://127.0.0.1:${port}${path}`, {
        id: randomUUID(),
        filePath,
        tags: ['web'],
        owner: 'default',
        createdAt: 5,
        expiresAt: null,
      }),
    /** Files of the store, keys that wait for bytes, records. */
    left: async () => {
      const names = await readdir(join(dataDir, 'blobs'), { recursive: true }).catch(() => [])
      return [
        names.filter((name) => /[0-9a-f-]{36}$/.test(name)).length,
        await redis.zcard(keys.blobsPending),
        await redis.zcard(keys.assets),
      ]
    },
  }
}

it('makes an asset of what is at a url, called as it is there', async () => {
  const { fetch } = await start((_request, response) => {
    response.setHeader('content-type', 'application/json').end('{"a":1}')
  })
  const { asset, createdNew } = await fetch('/a/b%20c.json?token=secret')
  expect(createdNew).toBe(true)
  expect(asset).toMatchObject({ name: 'b c.json', type: 'text', size_bytes: 7, tags: ['web'] })
  expect(JSON.stringify(asset)).not.toContain('secret')
  expect((await fetch('/%2e%2e%2f%00x')).asset.name).toBe('.._ x'.replace(' ', '_'))
  expect((await fetch('/')).asset.name).toBe('download')
  expect((await fetch('/x', { filePath: 'in/y.json' })).asset).toMatchObject({
    name: 'y.json',
    file_path: 'in/y.json',
  })
})

it.each<[string, RequestListener, object]>([
  [
    'too large, and says so',
    (_request, response) => void response.end('x'.repeat(10_001)),
    { name: 'TooLarge' },
  ],
  [
    'too large, and says nothing',
    (_request, response) => {
      response.write('x'.repeat(6_000))
      response.end('x'.repeat(6_000))
    },
    { name: 'TooLarge' },
  ],
  [
    'a picture of too many pixels',
    (_request, response) =>
      void response.end(Buffer.from(`${PNG_HEAD}0000ffff0000ffff0806000000000000`, 'hex')),
    { name: 'RefusedUpload' },
  ],
  [
    'broken off',
    (_request, response) => {
      response.writeHead(200, { 'content-length': 9_000 })
      response.write('x'.repeat(100), () => response.destroy())
    },
    { problem: 'broken_off' },
  ],
])('keeps nothing of what is %s', async (_what, answer, expected) => {
  const { fetch, left } = await start(answer)
  const error: unknown = await fetch('/x').catch((thrown: unknown) => thrown)
  expect(error).toMatchObject(expected)
  expect(await left()).toEqual([0, 0, 0])
})

it('waits for nobody for ever', async () => {
  const { fetch, left } = await start((_request, response) => void response.write('x'), 100)
  await expect(fetch('/x')).rejects.toMatchObject({ problem: 'too_slow' })
  expect(await left()).toEqual([0, 0, 0])
})
