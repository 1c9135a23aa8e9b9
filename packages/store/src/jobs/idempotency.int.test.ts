import { describe, expect, it } from 'vitest'
import { newJob, openTestStore } from '@safelight/testkit/vitest'

describe('an idempotency key', () => {
  it('remembers the job, what was asked for and what was answered', async () => {
    const { store } = await openTestStore({ now: () => 1_000 })
    expect(await store.loadKeyUse('k')).toBeNull()
    const job = newJob({ idempotencyKey: 'k', requestHash: 'h' })
    const accepted = await store.accept(job)
    const snapshot = 'snapshot' in accepted ? accepted.snapshot : null
    const use = { jobId: job.jobId, requestHash: 'h', snapshot }
    expect(await store.loadKeyUse('k')).toEqual({ ...use, answer: null, inFlight: true })
    await store.keepAnswer('k', job.jobId, { id: job.jobId, n: [1] })
    const answer = { id: job.jobId, n: [1] }
    expect(await store.loadKeyUse('k')).toEqual({ ...use, answer, inFlight: false })
  })

  it('is in flight for seconds, not for its whole day, when the process died before the answer', async () => {
    let now = 1_000
    const { store } = await openTestStore({ now: () => now })
    await store.accept(newJob({ idempotencyKey: 'k' }))
    now += 4_999
    expect(await store.loadKeyUse('k')).toMatchObject({ inFlight: true, requestHash: null })
    now += 1
    expect(await store.loadKeyUse('k')).toMatchObject({ inFlight: false, answer: null })
  })

  it('takes an answer only from the job that has it, and none once it is gone', async () => {
    const { store, redis, keys } = await openTestStore()
    await store.accept(newJob({ idempotencyKey: 'k' }))
    await store.keepAnswer('k', 'another', { wrong: true })
    expect(await store.loadKeyUse('k')).toMatchObject({ answer: null })
    await store.keepAnswer('never', 'another', { wrong: true })
    expect(await redis.exists(keys.idempotency('never'))).toBe(0)
  })
})
