import type { Asset } from '@safelight/shared'
import { acceptJob, openTestStore } from '@safelight/testkit/vitest'
import { newAsset, status } from '@safelight/testkit'
import { expect, it } from 'vitest'
import type { AssetStore } from './asset-store.ts'

const HEX = 'ab'.repeat(32)

async function mint(assets: AssetStore, asset: Asset) {
  const key = await assets.begin()
  const minted = await assets.mint(asset, { key, size: 12 })
  return { key, minted }
}

it('makes an asset over new bytes, and another over the same ones', async () => {
  const { assets } = await openTestStore()
  const first = newAsset()
  const { key, minted } = await mint(assets, first)
  expect(minted).toEqual({ asset: first, createdNew: true, isNewAsset: true, spareKey: null })
  expect(await assets.load(first.id)).toEqual(first)
  expect(await assets.blobOf(first.hash)).toEqual({ key, size: 12 })

  const second = newAsset({ name: 'other.png' })
  const again = await mint(assets, second)
  const { key: spareKey } = again
  expect(again.minted).toEqual({ asset: second, createdNew: false, isNewAsset: true, spareKey })
  expect(await assets.trash(9)).toEqual([again.key])
  expect(await assets.blobOf(first.hash)).toEqual({ key, size: 12 })
  // a worker that takes a job over stores once more what the one before could not tell of
  expect((await mint(assets, second)).minted).toMatchObject({ isNewAsset: false })
  expect((await assets.sharing(first.hash)).toSorted()).toEqual([first.id, second.id].toSorted())
})

it('makes an asset over bytes that are there, and none over others', async () => {
  const { assets } = await openTestStore()
  expect(await assets.mintOver(newAsset())).toBeNull()
  await mint(assets, newAsset())
  const over = newAsset()
  expect(await assets.mintOver(over)).toEqual(over)
})

it('gives up the bytes with the last asset, and never takes that key again', async () => {
  const { assets } = await openTestStore()
  const [one, other] = [newAsset(), newAsset()]
  const { key } = await mint(assets, one)
  await assets.mintOver(other)
  expect(await assets.remove(one.id)).toBe('removed')
  expect(await assets.trash(9)).toEqual([])
  expect(await assets.remove(other.id)).toBe('removed')
  expect(await assets.remove(other.id)).toBe('gone')
  expect(await assets.trash(9)).toEqual([key])
  expect(await assets.mintOver(newAsset())).toBeNull()
  // the same bytes once more, before the old ones are removed
  const anew = await mint(assets, newAsset())
  expect(anew.minted?.createdNew).toBe(true)
  expect(anew.key).not.toBe(key)
  await assets.emptied([key])
  expect(await assets.trash(9)).toEqual([])
  expect(await assets.blobOf(`blake3:${HEX}`)).toEqual({ key: anew.key, size: 12 })
})

it('answers a mint that is sent twice as it did first', async () => {
  const { assets } = await openTestStore()
  const asset = newAsset()
  const key = await assets.begin()
  const first = await assets.mint(asset, { key, size: 12 })
  expect(await assets.mint(asset, { key, size: 12 })).toEqual(first)
  const twin = newAsset()
  const spare = await assets.begin()
  const second = await assets.mint(twin, { key: spare, size: 12 })
  expect(await assets.mint(twin, { key: spare, size: 12 })).toEqual(second)
})

it('refuses bytes whose key was given up, and keeps nothing of a failed write', async () => {
  const { assets, store } = await openTestStore()
  const late = await assets.begin()
  expect(await assets.giveUpWrites((await store.now()) + 1)).toBe(1)
  expect(await assets.mint(newAsset(), { key: late, size: 12 })).toBeNull()
  const failed = await assets.begin()
  await assets.abandon(failed)
  expect((await assets.trash(9)).toSorted()).toEqual([late, failed].toSorted())
})

it('takes an output that was made again, otherwise', async () => {
  const { assets } = await openTestStore()
  const asset = newAsset({ job_id: 'job-1', expires_at: 9 })
  const { key } = await mint(assets, asset)
  const other = { ...asset, hash: `blake3:${'cd'.repeat(32)}` }
  const { key: newKey } = await mint(assets, other)
  expect(await assets.load(asset.id)).toEqual(other)
  expect(await assets.blobOf(asset.hash)).toBeNull()
  expect(await assets.blobOf(other.hash)).toEqual({ key: newKey, size: 12 })
  expect(await assets.trash(9)).toEqual([key])
})

it('keeps what a job needs, however often it is to be removed', async () => {
  const { assets, store, redis, keys } = await openTestStore()
  const jobId = await acceptJob(store)
  const output = newAsset({ job_id: jobId, expires_at: 1 })
  await mint(assets, output)
  expect(await assets.remove(output.id)).toBe('in_use')
  await store.append(jobId, () => status('canceled'))
  // its record tells of it still
  expect(await assets.remove(output.id)).toBe('in_use')
  await redis.del(keys.job(jobId))
  expect(await assets.remove(output.id)).toBe('removed')

  const input = newAsset()
  await mint(assets, input)
  await redis.sadd(keys.assetHolds(input.id), 'job-2')
  expect(await assets.remove(input.id)).toBe('in_use')
  await redis.srem(keys.assetHolds(input.id), 'job-2')
  expect(await assets.remove(input.id)).toBe('removed')
})

it('expires what is over, and not what was given more time or is needed', async () => {
  const { assets, store, redis, keys } = await openTestStore()
  const now = await store.now()
  const [over, extended, needed, never] = [
    newAsset({ expires_at: now - 5 }),
    newAsset({ expires_at: now - 4 }),
    newAsset({ expires_at: now - 3 }),
    newAsset(),
  ]
  for (const asset of [over, extended, needed, never]) await mint(assets, asset)
  await assets.extend(extended.id, now + 60_000)
  await assets.extend(extended.id, now + 50_000)
  await assets.extend(never.id, now + 50_000)
  await redis.sadd(keys.assetHolds(needed.id), 'job-2')
  expect(await assets.expire(9)).toEqual({ looked: 2, removed: 1 })
  const left = await assets.loadMany([over, extended, needed, never].map(({ id }) => id))
  expect(left.map((asset) => asset?.id ?? null)).toEqual([null, extended.id, needed.id, never.id])
  expect(left[1]?.expires_at).toBe(now + 60_000)
  expect(left[3]?.expires_at).toBeNull()
  // looked at again later, not at once
  expect(await assets.expire(9)).toEqual({ looked: 0, removed: 0 })
})

it('keeps and removes one whose names are no text', async () => {
  const { assets } = await openTestStore()
  // as of a host whose file name is no UTF-8
  const asset = newAsset({ name: 'a\udcff.png', tags: ['\ud800'] })
  await mint(assets, asset)
  expect(await assets.load(asset.id)).toMatchObject({ name: 'a\ufffd.png', tags: ['\ufffd'] })
  expect(await assets.remove(asset.id)).toBe('removed')
})
