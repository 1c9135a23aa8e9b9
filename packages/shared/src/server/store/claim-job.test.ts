import { expect, it } from 'vitest'
import { acceptJob, openTestStore } from '../testing/test-store.ts'

const run = { attempt: 1, hostId: 'gpu-1', promptId: 'p-1' }

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
