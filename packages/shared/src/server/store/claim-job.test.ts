import { expect, it } from 'vitest'
import type { Run } from '../job-store.ts'
import { acceptJob, openTestStore } from '../testing/test-store.ts'

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
  expect(first).toMatchObject({ fence: 1, run: null, snapshot: { jobId, status: 'queued' } })
  expect(await store.saveRun(jobId, 1, run)).toBe('saved')
  expect(await store.claim(jobId)).toMatchObject({ fence: 2, run })
})

it('keeps a replaced worker from overwriting the run of its successor', async () => {
  const { store } = await openTestStore()
  const jobId = await acceptJob(store)
  await store.claim(jobId)
  await store.claim(jobId)
  await store.saveRun(jobId, 2, run)
  expect(await store.saveRun(jobId, 1, { ...run, hostId: 'gpu-2' })).toBe('fenced')
  expect((await store.claim(jobId))?.run).toEqual(run)
})

it('tells a worker that was frozen whether it still holds the job', async () => {
  const { store } = await openTestStore()
  const jobId = await acceptJob(store)
  await store.claim(jobId)
  expect(await store.holds(jobId, 1)).toBe(true)
  await store.claim(jobId)
  expect(await store.holds(jobId, 1)).toBe(false)
  expect(await store.holds('gone', 1)).toBe(false)
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

it('does not bring a job back that is gone', async () => {
  const { store, redis, keys } = await openTestStore()
  expect(await store.claim('gone')).toBeNull()
  expect(await store.saveRun('gone', 1, run)).toBe('fenced')
  expect(await redis.exists(keys.job('gone'))).toBe(0)
})
