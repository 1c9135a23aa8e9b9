import { expect, it } from 'vitest'
import type { Asset } from '@safelight/shared'
import { openTestStore } from '@safelight/testkit/vitest'

const asset: Asset = {
  id: 'asset-1',
  job_id: 'job-1',
  node_id: '9',
  name: 'picture.png',
  type: 'image',
  content_type: 'image/png',
  size_bytes: 12,
  hash: 'blake3:aa',
  expires_at: 9,
  created_at: 5,
}

it('finds an asset by its id', async () => {
  const { store } = await openTestStore()
  expect(await store.loadAsset('asset-1')).toBeNull()
  await store.saveAsset(asset)
  expect(await store.loadAsset('asset-1')).toEqual(asset)
})

it('does not keep assets of jobs that never end for ever', async () => {
  const { store, redis, keys } = await openTestStore()
  await store.saveAsset(asset)
  expect(await redis.pttl(keys.asset('asset-1'))).toBeGreaterThan(24 * 3_600_000)
})
