import { newHostReport, status } from '@safelight/testkit'
import { acceptJob, openTestStore, silent } from '@safelight/testkit/vitest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ANY_POOL, createBacklog } from '../backlog/backlog.ts'
import { createHostRegistry } from '../host-registry.ts'
import type { NewJob } from '../job-store.ts'
import { createOrphans } from '../orphans.ts'
import { createQueues } from '../queues/open-queues.ts'
import { createTickets } from '../queues/tickets.ts'
import { createReconciler } from './reconciler.ts'

const RUNNING = {
  type: 'status',
  status: 'running',
  phase: 'executing',
  attempt: 1,
  hostId: 'gpu',
} as const

async function open({ adoptWaitMs = 60_000 } = {}) {
  const test = await openTestStore()
  const { redis, keys, store } = test
  const queues = createQueues(test)
  onTestFinished(() => queues.close())
  const backlog = createBacklog(test)
  const tickets = createTickets(queues)
  const orphans = createOrphans(test)
  const hosts = createHostRegistry(test)
  const deps = { redis, keys, store, backlog, tickets, hosts, orphans, log: silent }
  const reconciler = createReconciler({ ...deps, adoptWaitMs })
  const accept = (over: Partial<NewJob> = {}) => acceptJob(store, over)
  const dispatch = async (jobId: string, hostId = 'gpu') => {
    const order = { hostId, slots: 9, ownerLimit: null, overtaken: [] }
    expect(await backlog.dispatch({ ...order, jobId })).toMatchObject({ outcome: 'dispatched' })
  }
  return { ...deps, reconciler, accept, dispatch }
}

describe('tickets', () => {
  it('are as many as jobs wait, in each pool', async () => {
    const { reconciler, tickets, accept } = await open()
    await accept()
    await accept()
    await accept({ pool: 'video' })
    expect(await reconciler.sweep()).toMatchObject({ tickets: 3 })
    expect(await tickets.count(ANY_POOL)).toBe(2)
    expect(await tickets.count('video')).toBe(1)
    expect(await reconciler.sweep()).toEqual({ tickets: 0, undriven: 0, strays: 0 })
  })

  it('that are there are left alone', async () => {
    const { reconciler, tickets, accept } = await open()
    const jobId = await accept()
    await tickets.announce({ jobId, pool: null })
    await tickets.announce({ jobId, pool: null })
    expect(await tickets.count(ANY_POOL)).toBe(1)
    expect(await reconciler.sweep()).toMatchObject({ tickets: 0 })
    await tickets.withdraw(jobId, null)
    expect(await reconciler.sweep()).toMatchObject({ tickets: 1 })
  })

  it('are made for deferred jobs when their time has come', async () => {
    const { reconciler, redis, keys, backlog, tickets, accept } = await open()
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

describe('a host', () => {
  it('gets the tickets that a crash kept from it', async () => {
    const { reconciler, backlog, tickets, store, accept, dispatch } = await open()
    const [runs, collects] = [await accept(), await accept()]
    await dispatch(runs)
    await dispatch(collects)
    await backlog.toCollect(collects, (await store.claim(collects))?.token ?? 0)
    expect(await reconciler.sweep()).toMatchObject({ tickets: 2, strays: 0 })
    const jobs = [runs, collects].map((jobId) => ({ jobId, times: 1 }))
    expect(await tickets.missing('gpu', 'execute', jobs)).toEqual([jobs[1]])
    expect(await tickets.missing('gpu', 'collect', jobs)).toEqual([jobs[0]])
    expect(await reconciler.sweep()).toMatchObject({ tickets: 0 })
  })

  it('that nobody drives gives its jobs back, and its prompts are stopped when it is reached', async () => {
    const { reconciler, backlog, tickets, store, hosts, orphans, accept, dispatch } = await open({
      adoptWaitMs: 0,
    })
    const jobId = await accept()
    await dispatch(jobId)
    await tickets.addToHost('gpu', 'execute', { jobId, times: 1 })
    const token = (await store.claim(jobId))?.token ?? 0
    await store.append(jobId, () => RUNNING)
    const attempt = { attempt: 1, hostId: 'gpu', promptId: 'known', hostUrl: null }
    await store.saveAttempt(jobId, token, { ...attempt, failures: [], unreachableSince: null })
    // nobody else could run it
    expect(await reconciler.sweep()).toMatchObject({ undriven: 0 })
    await hosts.report(newHostReport(await store.now(), { hostId: 'another' }))
    expect(await reconciler.sweep()).toMatchObject({ undriven: 1 })
    expect(await backlog.dispatched('gpu')).toEqual([])
    expect(await backlog.position(jobId)).toMatchObject({ ahead: 0 })
    expect((await store.load(jobId))?.status).toBe('queued')
    expect(await orphans.list('gpu')).toEqual([
      { promptId: expect.any(String), knownPromptId: 'known' },
    ])
    expect(await tickets.count(ANY_POOL)).toBe(1)
    // what may run there yet is stopped by whoever begins it anew
    expect((await store.claim(jobId))?.lastAttempt?.failures).toMatchObject([
      { hostId: 'gpu', cause: 'host_unavailable', orphaned: true },
    ])
  })

  it('that nobody drives has what it made carried away by others', async () => {
    const { reconciler, backlog, tickets, store, hosts, accept, dispatch } = await open({
      adoptWaitMs: 0,
    })
    const jobId = await accept()
    await dispatch(jobId)
    await backlog.toCollect(jobId, (await store.claim(jobId))?.token ?? 0)
    await tickets.addToHost('gpu', 'collect', { jobId, times: 1 })
    await hosts.report(newHostReport(await store.now(), { hostId: 'another' }))
    expect(await reconciler.sweep()).toMatchObject({ undriven: 1 })
    expect(await backlog.collecting('gpu')).toEqual([])
    const [job] = await backlog.collecting('another')
    expect(job).toEqual({ jobId, times: 1 })
    expect(await tickets.missing('another', 'collect', job ? [job] : [])).toEqual([])
    expect(
      (await store.claim(jobId, { hostId: 'another', stage: 'collect' }))?.snapshot.jobId,
    ).toBe(jobId)
  })
})

describe('a job that is nowhere', () => {
  it('goes back to its place, and ends the third time', async () => {
    const { reconciler, redis, keys, backlog, store, accept } = await open()
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

  it('and that an older version accepted gets a place, or the host where its prompt is', async () => {
    const { reconciler, redis, keys, backlog, store, accept } = await open()
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
    const { reconciler, store, accept } = await open()
    const jobId = await accept()
    await store.append(jobId, () => status('canceled'))
    expect(await reconciler.sweep()).toEqual({ tickets: 0, undriven: 0, strays: 0 })
  })
})
