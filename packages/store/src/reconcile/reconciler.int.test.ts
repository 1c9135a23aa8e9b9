import { systemClock } from '@safelight/runtime'
import { newHostReport, status } from '@safelight/testkit'
import { UnrecoverableError, Worker } from 'bullmq'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ANY_POOL } from '../backlog/pools.ts'
import { intakeQueueOf } from '../queues/tickets.ts'
import { openReconciler, RUNNING } from '../testing/open-reconciler.ts'

describe('tickets', () => {
  it('wake somebody for each pool where jobs wait, however many', async () => {
    const { reconciler, tickets, accept } = await openReconciler()
    await accept()
    await accept()
    await accept({ pool: 'video' })
    expect(await reconciler.sweep()).toMatchObject({ tickets: 2 })
    expect(await tickets.count(ANY_POOL)).toBe(1)
    expect(await tickets.count('video')).toBe(1)
    expect(await reconciler.sweep()).toEqual({ tickets: 0, undriven: 0, strays: 0 })
  })

  it('are one, however often jobs are announced, and another once it is taken', async () => {
    const { reconciler, redis, keys, tickets } = await openReconciler()
    await reconciler.sweep()
    const jobIds = ['a', 'b']
    for (const jobId of jobIds) await tickets.announce({ jobId, pool: null })
    await tickets.wake(ANY_POOL)
    expect(await tickets.count(ANY_POOL)).toBe(1)
    const options = { connection: redis, prefix: keys.bullPrefix, autorun: false }
    const worker = new Worker(intakeQueueOf(ANY_POOL), null, options)
    onTestFinished(() => worker.close())
    const ticket = await worker.getNextJob('by-hand', { block: false })
    // by hand, even: nothing of it may stand in the way of the next
    await ticket?.moveToFailed(new UnrecoverableError('by hand'), 'by-hand', false)
    expect(await tickets.count(ANY_POOL)).toBe(0)
    await tickets.announce({ jobId: 'c', pool: null })
    expect(await tickets.count(ANY_POOL)).toBe(1)
  })

  it('are as many as jobs while a worker is there that dispatches one for each', async () => {
    const { reconciler, hosts, store, tickets, accept } = await openReconciler()
    const report = newHostReport(await store.now(), { workerId: 'old', wakes: false })
    await hosts.report(report)
    await accept()
    const jobId = await accept()
    expect(await reconciler.sweep()).toMatchObject({ tickets: 2 })
    await tickets.announce({ jobId: await accept(), pool: null })
    expect(await tickets.count(ANY_POOL)).toBe(3)
    await tickets.announce({ jobId, pool: null })
    await tickets.withdraw(jobId, null)
    expect(await tickets.count(ANY_POOL)).toBe(3)
    // it has left
    await hosts.report({ ...report, left: true })
    expect(await reconciler.sweep()).toMatchObject({ tickets: 0 })
    await tickets.announce({ jobId: await accept(), pool: 'video' })
    await tickets.announce({ jobId: await accept(), pool: 'video' })
    expect(await tickets.count('video')).toBe(1)
  })

  it('are made for deferred jobs when their time has come', async () => {
    const { reconciler, redis, keys, backlog, tickets, accept } = await openReconciler()
    const jobId = await accept()
    await backlog.putBack(jobId, { token: null, delayMs: 60_000 })
    expect(await reconciler.sweep()).toMatchObject({ tickets: 0, strays: 0 })
    expect(await tickets.count(ANY_POOL)).toBe(0)
    await redis.zadd(keys.deferred, 1, jobId)
    // in time: nothing disagreed
    expect(await reconciler.sweep()).toMatchObject({ tickets: 0 })
    expect(await backlog.position(jobId)).toMatchObject({ ahead: 0 })
    expect(await tickets.count(ANY_POOL)).toBe(1)
  })
})

describe('a job that is nowhere', () => {
  it('goes back to its place, and ends the third time', async () => {
    const { reconciler, redis, keys, backlog, store, accept } = await openReconciler()
    const [first, jobId] = [await accept(), await accept()]
    const lose = () => redis.zrem(keys.backlog(ANY_POOL), jobId)
    for (let time = 1; time < 3; time += 1) {
      await lose()
      expect(await reconciler.sweep()).toMatchObject({ strays: 1 })
      expect(await backlog.position(jobId)).toMatchObject({ ahead: 1 })
    }
    await lose()
    expect(await reconciler.sweep()).toMatchObject({ strays: 1 })
    expect(await store.load(jobId)).toMatchObject({
      status: 'failed',
      deadLetter: true,
      error: { code: 'internal' },
    })
    expect((await store.load(first))?.status).toBe('queued')
    expect(await reconciler.sweep()).toMatchObject({ strays: 0 })
  })

  it('is brought back to the host where its prompt is, with a ticket there', async () => {
    const { reconciler, redis, keys, backlog, tickets, store, accept, dispatch } =
      await openReconciler()
    const jobId = await accept()
    await dispatch(jobId)
    const token = (await store.claim(jobId))?.token ?? 0
    await store.append(jobId, () => RUNNING)
    const attempt = { attempt: 1, hostId: 'gpu', promptId: 'known', hostUrl: null }
    await store.saveAttempt(jobId, token, { ...attempt, failures: [], unreachableSince: null })
    await redis.zrem(keys.dispatched('gpu'), jobId)
    expect(await reconciler.sweep()).toMatchObject({ strays: 1 })
    const [job] = await backlog.dispatched('gpu')
    expect(job).toMatchObject({ jobId })
    expect(await tickets.missing('gpu', 'execute', job ? [job] : [])).toEqual([])
    expect(await store.claim(jobId, { hostId: 'gpu', stage: 'execute' })).toMatchObject({
      lastAttempt: { promptId: 'known' },
    })
  })

  it('and that an older version accepted gets a place, or the host where its prompt is', async () => {
    const { reconciler, redis, keys, backlog, store, accept } = await openReconciler()
    const [waits, runs] = [await accept({ priority: 5 }), await accept()]
    const token = (await store.claim(runs))?.token ?? 0
    await store.append(runs, () => RUNNING)
    const attempt = { attempt: 1, hostId: 'gpu', promptId: 'known', hostUrl: null }
    await store.saveAttempt(runs, token, { ...attempt, failures: [], unreachableSince: null })
    const places = ['pool', 'owner', 'band', 'cost', 'needs', 'start', 'finish', 'since']
    for (const jobId of [waits, runs]) await redis.hdel(keys.job(jobId), ...places)
    await redis.del(keys.backlog(ANY_POOL), keys.pools, `${keys.backlog(ANY_POOL)}:of:default`)
    expect(await reconciler.sweep()).toMatchObject({ strays: 2 })
    expect(await backlog.position(waits)).toMatchObject({ ahead: 0 })
    expect(await backlog.dispatched('gpu')).toMatchObject([{ jobId: runs }])
    expect(await reconciler.sweep()).toEqual({ tickets: 0, undriven: 0, strays: 0 })
  })

  it('is not looked for one by one where the numbers agree, unless that was long ago', async () => {
    let nowMs = 0
    const clock = { ...systemClock, steady: () => nowMs }
    const { reconciler, redis, keys, accept, dispatch } = await openReconciler({ clock })
    const [lost, runs] = [await accept(), await accept()]
    await accept({ pool: 'video' })
    await dispatch(runs)
    await reconciler.sweep()
    // one too few, and one too many
    await redis.zrem(keys.backlog(ANY_POOL), lost)
    await redis.zadd(keys.deferred, Date.now() + 60_000, 'nobody')
    expect(await reconciler.sweep()).toMatchObject({ strays: 0 })
    nowMs += 300_000
    expect(await reconciler.sweep()).toMatchObject({ strays: 1 })
    // and at once when they do not
    await redis.zrem(keys.deferred, 'nobody')
    expect(await reconciler.sweep()).toMatchObject({ strays: 0 })
    await redis.zrem(keys.dispatched('gpu'), runs)
    expect(await reconciler.sweep()).toMatchObject({ strays: 1 })
  })

  it('is not one that has ended', async () => {
    const { reconciler, store, accept } = await openReconciler()
    const jobId = await accept()
    await store.append(jobId, () => status('canceled'))
    expect(await reconciler.sweep()).toEqual({ tickets: 0, undriven: 0, strays: 0 })
  })
})
