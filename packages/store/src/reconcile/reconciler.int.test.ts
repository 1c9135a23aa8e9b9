import { status } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { ANY_POOL } from '../backlog/backlog.ts'
import { openReconciler, RUNNING } from '../testing/open-reconciler.ts'

describe('tickets', () => {
  it('are as many as jobs wait, in each pool', async () => {
    const { reconciler, tickets, accept } = await openReconciler()
    await accept()
    await accept()
    await accept({ pool: 'video' })
    expect(await reconciler.sweep()).toMatchObject({ tickets: 3 })
    expect(await tickets.count(ANY_POOL)).toBe(2)
    expect(await tickets.count('video')).toBe(1)
    expect(await reconciler.sweep()).toEqual({ tickets: 0, undriven: 0, strays: 0 })
  })

  it('that are there are left alone', async () => {
    const { reconciler, tickets, accept } = await openReconciler()
    const jobId = await accept()
    await tickets.announce({ jobId, pool: null })
    await tickets.announce({ jobId, pool: null })
    expect(await tickets.count(ANY_POOL)).toBe(1)
    expect(await reconciler.sweep()).toMatchObject({ tickets: 0 })
    await tickets.withdraw(jobId, null)
    expect(await reconciler.sweep()).toMatchObject({ tickets: 1 })
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

  it('is not one that has ended', async () => {
    const { reconciler, store, accept } = await openReconciler()
    const jobId = await accept()
    await store.append(jobId, () => status('canceled'))
    expect(await reconciler.sweep()).toEqual({ tickets: 0, undriven: 0, strays: 0 })
  })
})
