import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { acceptJob, newJob, openTestStore } from '@safelight/testkit/vitest'
import { createBacklog } from '../backlog/backlog.ts'
import { ANY_POOL } from '../backlog/pools.ts'
import { NO_NEEDS } from '../backlog/needs.ts'
import { OWNER } from './context.ts'

describe('accept', () => {
  it('stores the job, its workflow, the index and its place in the backlog at once', async () => {
    const { store, redis, keys } = await openTestStore({ now: () => 5_000, retentionMs: 100 })
    const job = newJob({ priority: 7, metadata: { order: 'ä-1' }, idempotencyKey: 'once' })
    const answer = await store.accept(job)
    expect(answer).toMatchObject({
      outcome: 'accepted',
      snapshot: { jobId: job.jobId, seq: 0, status: 'queued', priority: 7, expiresAt: 5_100 },
    })
    expect(await store.load(job.jobId)).toEqual('snapshot' in answer && answer.snapshot)
    expect(await store.loadWorkflow(job.jobId)).toEqual(job.workflow)
    expect(await redis.zscore(keys.index(OWNER), job.jobId)).toBe('5000')
    expect(await redis.zrank(keys.backlog(ANY_POOL), job.jobId)).toBe(0)
    expect(await redis.zscore(keys.open, job.jobId)).toBe('5000')
    expect(await store.loadKeyUse('once')).toMatchObject({ jobId: job.jobId })
  })

  it('says where the job stands, as whoever looks afterwards sees it', async () => {
    const { store, redis, keys } = await openTestStore()
    const backlog = createBacklog({ redis, keys })
    await store.accept(newJob({ owner: 'one', cost: 300 }))
    await store.accept(newJob({ owner: 'two', cost: 100 }))
    const jobs = [newJob({ owner: 'three', cost: 200 }), newJob({ pool: 'video', cost: 50 })]
    for (const [at, job] of jobs.entries()) {
      const answer = await store.accept(job)
      const position = answer.outcome === 'accepted' ? answer.position : null
      expect(position).toEqual(await backlog.position(job.jobId))
      expect(position).toMatchObject(
        [
          { ahead: 1, aheadMs: 100, costMs: 200 },
          { ahead: 0, pool: 'video' },
        ][at] ?? {},
      )
    }
  })

  it('takes a job whose names are no text', async () => {
    const { store } = await openTestStore()
    const needs = { ...NO_NEEDS, classes: ['\ud800'], files: ['\udcff'] }
    expect(await store.accept(newJob({ needs }))).toMatchObject({ outcome: 'accepted' })
  })

  it('gives an idempotency key to exactly one of many that come at the same time', async () => {
    const { store, redis, keys } = await openTestStore()
    const jobs = Array.from({ length: 20 }, () => newJob({ idempotencyKey: 'order-1' }))
    const answers = await Promise.all(jobs.map((job) => store.accept(job)))
    const accepted = answers.flatMap((answer) =>
      answer.outcome === 'accepted' ? [answer.snapshot.jobId] : [],
    )
    expect(accepted).toHaveLength(1)
    const [winner] = accepted
    const others = answers.filter((answer) => answer.outcome === 'key_reused')
    expect(others).toHaveLength(19)
    expect(await store.loadKeyUse('order-1')).toMatchObject({ jobId: winner })
    // the losers left nothing behind
    expect(await redis.zrange(keys.open, '0', '-1')).toEqual([winner])
    expect(await redis.zrange(keys.index(OWNER), '0', '-1')).toEqual([winner])
    expect(await redis.zrange(keys.backlog(ANY_POOL), '0', '-1')).toEqual([winner])
  })

  it('is harmless when repeated for the same job after a lost answer', async () => {
    const { store } = await openTestStore()
    const job = newJob()
    await store.accept(job)
    await store.append(job.jobId, () => ({ type: 'status', status: 'running', phase: 'preparing' }))
    for (const again of [job, { ...job, idempotencyKey: 'k' }]) {
      expect(await store.accept(again)).toMatchObject({
        outcome: 'accepted',
        snapshot: { status: 'running', seq: 1 },
      })
    }
    expect(await store.load(job.jobId)).toMatchObject({ status: 'running', seq: 1 })
  })

  it('forgets the idempotency key after a day and keeps the job without limit until it ends', async () => {
    const { store, redis, keys } = await openTestStore()
    const jobId = await acceptJob(store, { idempotencyKey: 'k' })
    const ttl = await redis.pttl(keys.idempotency('k'))
    expect(ttl).toBeGreaterThan(23 * 3_600_000)
    expect(ttl).toBeLessThanOrEqual(24 * 3_600_000)
    expect(await redis.pttl(keys.job(jobId))).toBe(-1)
    expect(await redis.pttl(keys.workflow(jobId))).toBe(-1)
  })

  it('keeps the index small though nobody ever lists it', async () => {
    const { store, redis, keys } = await openTestStore()
    const gone = Array.from({ length: 40 }, () => randomUUID())
    await redis.zadd(keys.index(OWNER), ...gone.flatMap((jobId, at) => [String(at), jobId]))
    for (let count = 0; count < 60; count += 1) await acceptJob(store)
    const left = await Promise.all(gone.map((jobId) => redis.zscore(keys.index(OWNER), jobId)))
    expect(left.filter((score) => score !== null).length).toBeLessThan(gone.length)
    expect(await redis.zcard(keys.index(OWNER))).toBeGreaterThanOrEqual(60)
  })
})

it('knows nothing of a job that was never accepted', async () => {
  const { store } = await openTestStore()
  expect(await store.load('nobody')).toBeNull()
  expect(await store.loadWorkflow('nobody')).toBeNull()
  expect(await store.claim('nobody')).toBeNull()
  expect(await store.append('nobody', () => null)).toEqual({ outcome: 'gone' })
})
