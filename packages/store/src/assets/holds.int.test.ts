/** What jobs need of the assets that their workflows refer to. */
import { randomUUID } from 'node:crypto'
import type { Asset } from '@safelight/shared'
import { newAsset, status } from '@safelight/testkit'
import { newJob, openTestStore } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { createDeadLetterStore } from '../dead-letters.ts'

const HOUR_MS = 3_600_000

async function open() {
  let nowMs = Date.now()
  const stack = await openTestStore({ now: () => nowMs, retentionMs: 10 * HOUR_MS })
  const { redis, keys, assets } = stack
  return {
    ...stack,
    deadLetters: createDeadLetterStore({ redis, keys, now: () => nowMs }),
    pass: (ms: number) => (nowMs += ms),
    nowMs: () => nowMs,
    upload: async (over: Partial<Asset> = {}): Promise<string> => {
      const hash = `blake3:${randomUUID().replaceAll('-', '').repeat(2)}`
      const asset = newAsset({ hash, expires_at: nowMs + HOUR_MS, ...over })
      await assets.mint(asset, { key: await assets.begin(), size: 12 })
      return asset.id
    },
  }
}

it('an asset that a job refers to is held until the job ends, and kept as long as its record', async () => {
  const { store, assets, upload, nowMs } = await open()
  const [id, forEver] = [await upload(), await upload({ expires_at: null })]
  const job = newJob({ inputs: [id, forEver] })
  expect(await store.accept(job)).toMatchObject({ outcome: 'accepted' })
  for (const held of job.inputs ?? []) expect(await assets.remove(held)).toBe('in_use')
  expect((await assets.load(id))?.expires_at).toBeGreaterThanOrEqual(nowMs() + 10 * HOUR_MS)
  expect((await assets.load(forEver))?.expires_at).toBeNull()

  await store.append(job.jobId, () => status('running'))
  expect(await assets.remove(id)).toBe('in_use')
  await store.append(job.jobId, () => status('succeeded'))
  expect((await assets.load(id))?.expires_at).toBeGreaterThanOrEqual(nowMs() + 10 * HOUR_MS)
  for (const held of job.inputs ?? []) expect(await assets.remove(held)).toBe('removed')
})

it('is held by each job that refers to it', async () => {
  const { store, assets, upload } = await open()
  const id = await upload()
  const [one, other] = [newJob({ inputs: [id] }), newJob({ inputs: [id] })]
  await store.accept(one)
  await store.accept(other)
  const { hash = '' } = (await assets.load(id)) ?? {}
  await store.append(one.jobId, () => status('canceled'))
  expect(await assets.demandOf(hash)).toBe('held')
  expect(await assets.remove(id)).toBe('in_use')
  await store.append(other.jobId, () => status('canceled'))
  expect(await assets.demandOf(hash)).toBe('unheld')
  expect(await assets.remove(id)).toBe('removed')
  expect(await assets.demandOf(hash)).toBe('none')
})

it('no job is accepted whose assets are gone at that moment, and nothing of it is left', async () => {
  const { store, redis, keys, assets, upload } = await open()
  const [there, gone] = [await upload(), await upload()]
  await assets.remove(gone)
  const job = newJob({ inputs: [there, gone], idempotencyKey: 'once' })
  expect(await store.accept(job)).toEqual({ outcome: 'missing_asset', assetIds: [gone] })
  expect(await store.load(job.jobId)).toBeNull()
  expect(await store.loadKeyUse('once')).toBeNull()
  expect(await redis.zrange(keys.open, '0', '-1')).toEqual([])
  expect(await assets.remove(there)).toBe('removed')
})

it('a job whose record nobody can read lets go of them, too', async () => {
  const { store, redis, keys, assets, upload } = await open()
  const id = await upload()
  const job = newJob({ inputs: [id] })
  await store.accept(job)
  await redis.hset(keys.job(job.jobId), 'snapshot', '{')
  expect(await store.endUnreadable(job.jobId, { code: 'internal', message: '' })).toBe('ended')
  expect(await assets.remove(id)).toBe('removed')
})

it('a dead letter that is replayed holds them anew, and stays listed when one is gone', async () => {
  const { store, assets, deadLetters, upload } = await open()
  const id = await upload()
  async function die() {
    const job = newJob({ inputs: [id] })
    await store.accept(job)
    await store.append(job.jobId, () => status('running'))
    await store.append(job.jobId, () => status('failed', { deadLetter: true }))
    return job.jobId
  }
  const [first, second] = [await die(), await die()]
  const replay = await deadLetters.replay(first)
  const newId = replay.outcome === 'replayed' ? replay.snapshot.jobId : ''
  expect(await assets.remove(id)).toBe('in_use')
  await store.append(newId, () => status('canceled'))
  expect(await assets.remove(id)).toBe('removed')

  expect(await deadLetters.replay(second)).toEqual({ outcome: 'missing_asset', assetIds: [id] })
  expect(await deadLetters.load(second)).toMatchObject({ snapshot: { jobId: second } })
})
