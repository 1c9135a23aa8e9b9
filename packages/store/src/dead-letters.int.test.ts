import { ANY_POOL } from './backlog/pools.ts'
import { describe, expect, it } from 'vitest'
import { createDeadLetterStore, type Replay } from './dead-letters.ts'
import { status } from '@safelight/testkit'
import { acceptJob, openTestStore, type TestStore } from '@safelight/testkit/vitest'

const HOUR_MS = 3_600_000

async function open(options: { now?: () => number; retentionMs?: number } = {}) {
  const stack = await openTestStore(options)
  const { redis, keys } = stack
  return { ...stack, deadLetters: createDeadLetterStore({ redis, keys, ...options }) }
}

async function die(store: TestStore['store'], over: Parameters<typeof acceptJob>[1] = {}) {
  const jobId = await acceptJob(store, over)
  await store.append(jobId, () => status('running', { attempt: 3 }))
  const error = { code: 'host_unavailable' as const, message: 'no host' }
  await store.append(jobId, () => status('failed', { error, deadLetter: true }))
  return jobId
}

const snapshotOf = (replay: Replay) => (replay.outcome === 'replayed' ? replay.snapshot : null)

describe('a dead letter', () => {
  it('is listed by the very step that ends the job, and kept longer than other jobs', async () => {
    const { store, redis, keys, deadLetters } = await open({ retentionMs: HOUR_MS })
    const jobId = await die(store)
    const plain = await acceptJob(store)
    await store.append(plain, () => status('failed'))
    const { jobs } = await deadLetters.list({ limit: 10 })
    expect(jobs.map((job) => job.jobId)).toEqual([jobId])
    expect(await deadLetters.load(jobId)).toMatchObject({
      snapshot: { status: 'failed', deadLetter: true, attempt: 3 },
      failures: [],
    })
    expect(await deadLetters.load(plain)).toBeNull()
    for (const key of [keys.job(jobId), keys.workflow(jobId)])
      expect(await redis.pttl(key)).toBeGreaterThan(7 * 24 * HOUR_MS)
    expect(await redis.pttl(keys.job(plain))).toBeLessThan(3 * HOUR_MS)
  })

  it('tells what the workers noted of its attempts', async () => {
    const { store, deadLetters } = await open()
    const jobId = await acceptJob(store)
    const claim = await store.claim(jobId)
    const failures = [{ attempt: 1, hostId: 'gpu-1', cause: 'stalled' as const, orphaned: false }]
    const run = {
      attempt: 2,
      hostId: 'gpu-2',
      promptId: 'p',
      hostUrl: null,
      unreachableSince: null,
    }
    await store.saveAttempt(jobId, claim?.token ?? -1, { ...run, failures })
    await store.append(jobId, () => status('failed', { deadLetter: true }))
    expect(await deadLetters.load(jobId)).toMatchObject({ failures })
  })

  it('leaves the list by itself when its time is over', async () => {
    let now = Date.now()
    const { store, redis, keys } = await open({ now: () => now })
    await die(store)
    now += 8 * 24 * HOUR_MS
    const late = await die(store)
    expect(await redis.zrange(keys.deadLetters, '0', '-1')).toEqual([late])
  })

  it('is passed over when its record is gone', async () => {
    const { store, redis, keys, deadLetters } = await open()
    const [gone, jobId] = [await die(store), await die(store)]
    await redis.del(keys.job(gone))
    expect(await deadLetters.replay(gone)).toEqual({ outcome: 'gone' })
    const { jobs } = await deadLetters.list({ limit: 10 })
    expect(jobs.map((job) => job.jobId)).toEqual([jobId])
    expect(await redis.zrange(keys.deadLetters, '0', '-1')).toEqual([jobId])
  })
})

describe('a replay', () => {
  it('is the same job anew, and each names the other', async () => {
    let now = Date.now()
    const { store, deadLetters } = await open({ now: () => now })
    const limits = { startBy: now + 10_000, timeoutMs: 5_000, nodeRetries: 2 }
    const jobId = await die(store, { priority: 7, metadata: { order: 1 }, limits })
    now += 3_600_000
    const again = snapshotOf(await deadLetters.replay(jobId))
    expect(again).toMatchObject({
      status: 'queued',
      seq: 0,
      attempt: 0,
      error: null,
      priority: 7,
      metadata: { order: 1 },
      // the time to wait begins anew, it is not a date
      limits: { startBy: now + 10_000, timeoutMs: 5_000, nodeRetries: 2 },
      deadLetter: false,
      replayOf: jobId,
    })
    const newId = again?.jobId ?? ''
    expect(await store.load(newId)).toEqual(again)
    expect(await store.loadWorkflow(newId)).toEqual(await store.loadWorkflow(jobId))
    expect(await store.loadWorkflowText(newId)).toBe(await store.loadWorkflowText(jobId))
    expect(await store.load(jobId)).toMatchObject({ deadLetter: false, replayedBy: newId })
    expect(await deadLetters.load(jobId)).toBeNull()
    expect((await store.list({ limit: 10 })).jobs.map((job) => job.jobId)).toContain(newId)
  })

  it('makes one job, however many ask at once', async () => {
    const { store, redis, keys, deadLetters } = await open()
    const jobId = await die(store)
    const answers = await Promise.all(Array.from({ length: 10 }, () => deadLetters.replay(jobId)))
    const made = answers.flatMap((answer) => snapshotOf(answer)?.jobId ?? [])
    expect(made).toHaveLength(1)
    expect(await redis.zrange(keys.backlog(ANY_POOL), '0', '-1')).toContain(made[0])
    expect(await redis.zrange(keys.open, '0', '-1')).toEqual(made)
    expect(await store.load(jobId)).toMatchObject({ replayedBy: made[0] })
  })

  it('has one winner against a discard', async () => {
    const { store, deadLetters } = await open()
    for (let race = 0; race < 20; race += 1) {
      const jobId = await die(store)
      const [again, discarded] = await Promise.all([
        deadLetters.replay(jobId),
        deadLetters.discard(jobId),
      ])
      expect([again.outcome === 'replayed', discarded].filter(Boolean)).toHaveLength(1)
      expect(await store.load(jobId)).toMatchObject({
        deadLetter: false,
        replayedBy: snapshotOf(again)?.jobId ?? null,
      })
    }
  })
})

it('discards by leaving the list and keeping the record for its time', async () => {
  const { store, deadLetters } = await open()
  const jobId = await die(store)
  expect(await deadLetters.discard(jobId)).toBe(true)
  expect(await deadLetters.discard(jobId)).toBe(false)
  expect(await deadLetters.discard('nobody')).toBe(false)
  expect((await deadLetters.list({ limit: 10 })).jobs).toEqual([])
  expect(await store.load(jobId)).toMatchObject({ status: 'failed', deadLetter: false })
})
