import { newAsset } from '@safelight/testkit'
import { openTestStore } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { createThumbnailRecords } from './thumbnail-records.ts'

const HASH = `blake3:${'ab'.repeat(32)}`
const OF = { hash: HASH, width: 256 }

async function openRecords() {
  const { assets, redis, keys } = await openTestStore()
  const asset = newAsset({ hash: HASH })
  const key = await assets.begin()
  await assets.mint(asset, { key, size: 12 })
  return { assets, asset, key, redis, keys, thumbnails: createThumbnailRecords({ redis, keys }) }
}

it('keeps a thumbnail of each width with the blob, and gives all up with it', async () => {
  const { assets, asset, key, redis, keys, thumbnails } = await openRecords()
  expect(await thumbnails.find(HASH, 256)).toBeNull()
  const [small, large] = [await assets.begin(), await assets.begin()]
  expect(await thumbnails.keep(OF, { key: small, size: 7 })).toEqual({ key: small, size: 7 })
  await thumbnails.keep({ hash: HASH, width: 1_024 }, { key: large, size: 70 })
  expect(await thumbnails.find(HASH, 256)).toEqual({ key: small, size: 7 })
  expect(await thumbnails.find(HASH, 128)).toBeNull()
  // they are pending no more, and nothing else of the blob has changed
  expect(await redis.exists(keys.blobsPending)).toBe(0)
  expect(await assets.blobOf(HASH)).toEqual({ key, size: 12 })

  await assets.remove(asset.id)
  expect((await assets.trash(9)).toSorted()).toEqual([key, small, large].toSorted())
  expect(await thumbnails.find(HASH, 256)).toBeNull()
})

it('takes the first of two, and throws the other away', async () => {
  const { assets, thumbnails } = await openRecords()
  const [first, second] = [await assets.begin(), await assets.begin()]
  const kept = await thumbnails.keep(OF, { key: first, size: 7 })
  expect(await thumbnails.keep(OF, { key: second, size: 8 })).toEqual(kept)
  expect(await assets.trash(9)).toEqual([second])
  // its answer got lost
  expect(await thumbnails.keep(OF, { key: first, size: 7 })).toEqual(kept)
  expect(await assets.trash(9)).toEqual([second])
})

it('keeps none of a picture that is gone, and none that took too long', async () => {
  const { assets, asset, thumbnails } = await openRecords()
  const late = await assets.begin()
  await assets.giveUpWrites(Date.now() + 60_000)
  expect(await thumbnails.keep(OF, { key: late, size: 7 })).toBeNull()
  expect(await thumbnails.find(HASH, 256)).toBeNull()
  const orphan = await assets.begin()
  await assets.remove(asset.id)
  expect(await thumbnails.keep(OF, { key: orphan, size: 7 })).toBeNull()
  expect(await assets.trash(9)).toContain(orphan)
})
