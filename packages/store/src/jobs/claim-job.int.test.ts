import { expect, it } from 'vitest'
import type { JobStore, AttemptRecord } from '../job-store.ts'
import { acceptJob, openTestStore } from '@safelight/testkit/vitest'

const attempt: AttemptRecord = {
  attempt: 1,
  hostId: 'gpu-1',
  promptId: 'p-1',
  hostUrl: 'http://gpu-1:8188',
  failures: [{ attempt: 0, hostId: 'gpu-0', cause: 'stalled', orphaned: true }],
  unreachableSince: null,
}

it('tells a successor where the attempt runs', async () => {
  const { store } = await openTestStore()
  const jobId = await acceptJob(store)
  const first = await store.claim(jobId)
  expect(first).toMatchObject({ lastAttempt: null, snapshot: { jobId, status: 'queued' } })
  expect(await store.saveAttempt(jobId, first?.token ?? -1, attempt)).toBe('saved')
  const second = await store.claim(jobId)
  expect(second).toMatchObject({ lastAttempt: attempt })
  expect(second?.token).toBeGreaterThan(first?.token ?? Infinity)
})

it('brings what the job asks for, as it was sent', async () => {
  const { store } = await openTestStore()
  const workflow = '{"2": {"class_type": "KSampler", "inputs": {"seed": 18446744073709551615}}}'
  const asked = await acceptJob(store, { workflow, extraData: { api_key_comfy_org: 'key' } })
  const claim = await store.claim(asked)
  expect(claim?.workflowText).toBe(workflow)
  expect(claim?.sealedExtraData).toBe('{"api_key_comfy_org":"key"}')
  expect((await store.claim(await acceptJob(store)))?.sealedExtraData).toBeNull()
})

it('keeps a replaced worker from overwriting the attempt of its successor', async () => {
  const { store } = await openTestStore()
  const jobId = await acceptJob(store)
  const old = await claimToken(store, jobId)
  const young = await claimToken(store, jobId)
  await store.saveAttempt(jobId, young, attempt)
  expect(await store.saveAttempt(jobId, old, { ...attempt, hostId: 'gpu-2' })).toBe('claim_lost')
  expect((await store.claim(jobId))?.lastAttempt).toEqual(attempt)
})

it('tells a worker that was frozen whether it still holds the job', async () => {
  const { store } = await openTestStore()
  const jobId = await acceptJob(store)
  const token = await claimToken(store, jobId)
  expect(await store.holdsClaim(jobId, token)).toBe(true)
  await store.claim(jobId)
  expect(await store.holdsClaim(jobId, token)).toBe(false)
  expect(await store.holdsClaim('gone', token)).toBe(false)
})

it('reads an attempt that an older version wrote', async () => {
  const { store, redis, keys } = await openTestStore()
  const jobId = await acceptJob(store)
  const old = { attempt: 1, hostId: 'gpu-1', promptId: 'p-1' }
  await redis.hset(keys.job(jobId), 'run', JSON.stringify(old))
  const claim = await store.claim(jobId)
  expect(claim?.lastAttempt).toEqual({
    ...old,
    hostUrl: null,
    failures: [],
    unreachableSince: null,
  })
})

it('counts the workers that never put the job down, and forgets one that was only late', async () => {
  const { store } = await openTestStore()
  const jobId = await acceptJob(store)
  const lostAt = async () => (await store.claim(jobId))?.lost
  const orderly = await claimToken(store, jobId)
  await store.putDown(jobId, orderly)
  const first = await store.claim(jobId)
  expect(first?.lost).toEqual({ count: 0, justNow: false })
  const second = await store.claim(jobId)
  expect(second?.lost).toEqual({ count: 1, justNow: true })
  await store.putDown(jobId, second?.token ?? 0)
  const third = await store.claim(jobId)
  expect(third?.lost).toEqual({ count: 1, justNow: false })
  expect(await lostAt()).toEqual({ count: 2, justNow: true })
  // it was frozen, and comes back
  await store.putDown(jobId, first?.token ?? 0)
  await store.putDown(jobId, first?.token ?? 0)
  expect(await lostAt()).toEqual({ count: 2, justNow: true })
})

it('counts apart what was lost in company, and takes that back, too', async () => {
  const { store } = await openTestStore()
  const jobId = await acceptJob(store)
  const first = await claimToken(store, jobId)
  await store.setCompany(jobId, first, true)
  const second = await store.claim(jobId)
  expect(second).toMatchObject({ lost: { count: 0, justNow: true }, lostInCompany: 1 })
  // alone again before it was lost
  await store.setCompany(jobId, second?.token ?? 0, true)
  await store.setCompany(jobId, second?.token ?? 0, false)
  const third = await store.claim(jobId)
  expect(third).toMatchObject({ lost: { count: 1, justNow: true }, lostInCompany: 1 })
  // of a claim that is over nothing is noted
  await store.setCompany(jobId, second?.token ?? 0, true)
  await store.setCompany(jobId, third?.token ?? 0, true)
  await store.putDown(jobId, third?.token ?? 0)
  await store.putDown(jobId, first)
  expect(await store.claim(jobId)).toMatchObject({
    lost: { count: 1, justNow: false },
    lostInCompany: 0,
  })
  await store.setCompany('gone', 1, true)
  expect(await store.load('gone')).toBeNull()
})

it('counts mishaps in the record, and none of a job that is gone', async () => {
  const { store, redis, keys } = await openTestStore()
  const jobId = await acceptJob(store)
  expect(await store.countMishap(jobId)).toBe(1)
  expect(await store.countMishap(jobId)).toBe(2)
  expect(await store.countMishap('gone')).toBe(0)
  await store.putDown('gone', 1)
  expect(await redis.exists(keys.job('gone'))).toBe(0)
})

it('reads a cause that only a newer version knows', async () => {
  const { store, redis, keys } = await openTestStore()
  const jobId = await acceptJob(store)
  const failures = [{ attempt: 1, hostId: 'gpu-1', cause: 'bewitched', left: false }]
  const newer = { attempt: 1, hostId: 'gpu-1', promptId: 'p-1', failures }
  await redis.hset(keys.job(jobId), 'run', JSON.stringify(newer))
  expect((await store.claim(jobId))?.lastAttempt?.failures).toMatchObject([{ cause: 'internal' }])
})

it('never gives two workers the same fencing token', async () => {
  const { store } = await openTestStore()
  const jobId = await acceptJob(store)
  const claims = await Promise.all(Array.from({ length: 30 }, () => store.claim(jobId)))
  expect(new Set(claims.map((claim) => claim?.token)).size).toBe(30)
})

it('never gives a token again that Redis has forgotten', async () => {
  const { store, redis, keys } = await openTestStore()
  const jobId = await acceptJob(store)
  const before = await redis.hgetall(keys.job(jobId))
  const lost = await claimToken(store, jobId)
  await redis.hset(keys.job(jobId), before)
  await expect.poll(() => Date.now()).toBeGreaterThan(lost)
  expect(await claimToken(store, jobId)).not.toBe(lost)
  expect(await store.holdsClaim(jobId, lost)).toBe(false)
})

it('does not bring a job back that is gone', async () => {
  const { store, redis, keys } = await openTestStore()
  expect(await store.claim('gone')).toBeNull()
  expect(await store.saveAttempt('gone', 1, attempt)).toBe('claim_lost')
  expect(await redis.exists(keys.job('gone'))).toBe(0)
})

async function claimToken(store: JobStore, jobId: string): Promise<number> {
  const claim = await store.claim(jobId)
  if (!claim) throw new Error('no such job')
  return claim.token
}
