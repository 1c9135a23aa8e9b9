import { expect, it } from 'vitest'
import type { JobStore, Run } from '../job-store.ts'
import { acceptJob, openTestStore } from '@safelight/testkit/vitest'

const run: Run = {
  attempt: 1,
  hostId: 'gpu-1',
  promptId: 'p-1',
  hostUrl: 'http://gpu-1:8188',
  failures: [{ attempt: 0, hostId: 'gpu-0', cause: 'stalled', left: true }],
  orphanedAt: null,
}

it('tells a successor where the attempt runs', async () => {
  const { store } = await openTestStore()
  const jobId = await acceptJob(store)
  const first = await store.claim(jobId)
  expect(first).toMatchObject({ run: null, snapshot: { jobId, status: 'queued' } })
  expect(await store.saveRun(jobId, first?.fence ?? -1, run)).toBe('saved')
  const second = await store.claim(jobId)
  expect(second).toMatchObject({ run })
  expect(second?.fence).toBeGreaterThan(first?.fence ?? Infinity)
})

it('keeps a replaced worker from overwriting the run of its successor', async () => {
  const { store } = await openTestStore()
  const jobId = await acceptJob(store)
  const old = await claimFence(store, jobId)
  const young = await claimFence(store, jobId)
  await store.saveRun(jobId, young, run)
  expect(await store.saveRun(jobId, old, { ...run, hostId: 'gpu-2' })).toBe('fenced')
  expect((await store.claim(jobId))?.run).toEqual(run)
})

it('tells a worker that was frozen whether it still holds the job', async () => {
  const { store } = await openTestStore()
  const jobId = await acceptJob(store)
  const fence = await claimFence(store, jobId)
  expect(await store.holds(jobId, fence)).toBe(true)
  await store.claim(jobId)
  expect(await store.holds(jobId, fence)).toBe(false)
  expect(await store.holds('gone', fence)).toBe(false)
})

it('reads a run that an older version wrote', async () => {
  const { store, redis, keys } = await openTestStore()
  const jobId = await acceptJob(store)
  const old = { attempt: 1, hostId: 'gpu-1', promptId: 'p-1' }
  await redis.hset(keys.job(jobId), 'run', JSON.stringify(old))
  const claim = await store.claim(jobId)
  expect(claim?.run).toEqual({ ...old, hostUrl: null, failures: [], orphanedAt: null })
})

it('never gives two workers the same fence', async () => {
  const { store } = await openTestStore()
  const jobId = await acceptJob(store)
  const claims = await Promise.all(Array.from({ length: 30 }, () => store.claim(jobId)))
  expect(new Set(claims.map((claim) => claim?.fence)).size).toBe(30)
})

it('never gives a fence again that Redis has forgotten', async () => {
  const { store, redis, keys } = await openTestStore()
  const jobId = await acceptJob(store)
  const before = await redis.hgetall(keys.job(jobId))
  const lost = await claimFence(store, jobId)
  await redis.hset(keys.job(jobId), before)
  await expect.poll(() => Date.now()).toBeGreaterThan(lost)
  expect(await claimFence(store, jobId)).not.toBe(lost)
  expect(await store.holds(jobId, lost)).toBe(false)
})

it('does not bring a job back that is gone', async () => {
  const { store, redis, keys } = await openTestStore()
  expect(await store.claim('gone')).toBeNull()
  expect(await store.saveRun('gone', 1, run)).toBe('fenced')
  expect(await redis.exists(keys.job('gone'))).toBe(0)
})

async function claimFence(store: JobStore, jobId: string): Promise<number> {
  const claim = await store.claim(jobId)
  if (!claim) throw new Error('no such job')
  return claim.fence
}
