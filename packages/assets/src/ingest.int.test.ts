import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Asset } from '@safelight/shared'
import type { AssetStore } from '@safelight/store'
import { openTestStore } from '@safelight/testkit/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { createLocalBlobs } from './blobs/local-blobs.ts'
import { ingest } from './ingest.ts'
import { readAsset } from './read-asset.ts'
import { text } from './testing/bodies.ts'

const noAnswer = new Error('no answer')

async function openHouse() {
  const { assets, redis, keys } = await openTestStore()
  const dataDir = await mkdtemp(join(tmpdir(), 'safelight-ingest-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const blobs = createLocalBlobs(dataDir)
  const take = (through: AssetStore) =>
    ingest(
      { blobs, assets: through },
      {
        body: text('picture'),
        maxBytes: 100,
        toAsset: ({ hash, size }): Asset => ({
          id: randomUUID(),
          hash,
          size_bytes: size,
          content_type: 'text/plain',
          type: 'text',
          name: 'a.txt',
          file_path: 'a.txt',
          tags: [],
          owner: 'default',
          job_id: null,
          node_id: null,
          created_at: Date.now(),
          expires_at: null,
        }),
      },
    )
  return { assets, redis, keys, blobs, take }
}

it('keeps the bytes of an asset that was made, though nobody heard so', async () => {
  const { assets, redis, keys, blobs, take } = await openHouse()
  const unheard: AssetStore = {
    ...assets,
    async mint(...of) {
      await assets.mint(...of)
      throw noAnswer
    },
  }
  await expect(take(unheard)).rejects.toThrow(noAnswer)
  const [id = ''] = await redis.zrange(keys.assets, '0', '-1')
  const made = await assets.load(id)
  expect(made).toMatchObject({ size_bytes: 7 })
  const { asset, createdNew } = await take(assets)
  expect(createdNew).toBe(false)
  const found = await readAsset({ blobs, assets }, asset)
  expect(await found?.body.setEncoding('utf8').toArray()).toEqual(['picture'])
  expect(await assets.trash(9)).toEqual([])
})

it('leaves nothing of bytes whose asset came too late to be made', async () => {
  const { assets, redis, keys, blobs, take } = await openHouse()
  const written: string[] = []
  const late: AssetStore = {
    ...assets,
    async mint(asset, blob) {
      written.push(blob.key)
      await assets.giveUpWrites(Date.now() + 60_000)
      await assets.emptied([blob.key])
      return await assets.mint(asset, blob)
    },
  }
  await expect(take(late)).rejects.toThrow('a day')
  expect(await blobs.read(written[0] ?? '')).toBeNull()
  expect(await redis.exists(keys.assets, keys.blobsPending)).toBe(0)
})
