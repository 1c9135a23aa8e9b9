/** Hosts whose tickets are missing, and hosts that nobody drives. */
import { systemClock } from '@safelight/runtime'
import { newHostReport } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { ANY_POOL } from '../backlog/pools.ts'
import { openReconciler, RUNNING } from '../testing/open-reconciler.ts'

describe('a host', () => {
  it('gets the tickets that a crash kept from it', async () => {
    const { reconciler, backlog, tickets, store, accept, dispatch } = await openReconciler()
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

  it('gets no second ticket for what is carried away under the first', async () => {
    const { reconciler, backlog, tickets, store, accept, dispatch } = await openReconciler()
    const jobId = await accept()
    await dispatch(jobId)
    await tickets.addToHost('gpu', 'execute', { jobId, times: 1 })
    await backlog.toCollect(jobId, (await store.claim(jobId))?.token ?? 0)
    expect(await reconciler.sweep()).toMatchObject({ tickets: 0 })
    const job = { jobId, times: 1 }
    expect(await tickets.missing('gpu', 'collect', [job])).toEqual([job])
    // lost, it is replaced by one that workers of any version take
    await tickets.removeFromHost('gpu', 'execute', job)
    expect(await reconciler.sweep()).toMatchObject({ tickets: 1 })
    expect(await tickets.missing('gpu', 'collect', [job])).toEqual([])
    expect((await store.claim(jobId, { hostId: 'gpu', stage: 'collect' }))?.snapshot.jobId).toBe(
      jobId,
    )
  })

  it('that nobody drives gives its jobs back, and its prompts are stopped when it is reached', async () => {
    const { reconciler, backlog, tickets, store, hosts, orphans, accept, dispatch } =
      await openReconciler({
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

  it('that nobody drives is lost to a job once, though a reconciler died over it', async () => {
    const { reconciler, backlog, store, hosts, accept, dispatch } = await openReconciler({
      adoptWaitMs: 0,
    })
    const jobId = await accept()
    await dispatch(jobId)
    const token = (await store.claim(jobId))?.token ?? 0
    await store.append(jobId, () => RUNNING)
    const attempt = { attempt: 1, hostId: 'gpu', promptId: 'known', hostUrl: null }
    const lost = { attempt: 1, hostId: 'gpu', cause: 'host_unavailable', orphaned: true } as const
    const failures = [{ ...lost, at: await store.now() }]
    await store.saveAttempt(jobId, token, { ...attempt, failures, unreachableSince: null })
    await hosts.report(newHostReport(await store.now(), { hostId: 'another' }))
    expect(await reconciler.sweep()).toMatchObject({ undriven: 1 })
    expect(await backlog.position(jobId)).toMatchObject({ ahead: 0 })
    expect((await store.claim(jobId))?.lastAttempt?.failures).toEqual(failures)
  })

  it('that nobody drives gives back a job whose ticket there is lost, too', async () => {
    const { reconciler, backlog, store, hosts, accept, dispatch } = await openReconciler({
      adoptWaitMs: 0,
    })
    const jobId = await accept()
    await dispatch(jobId)
    await hosts.report(newHostReport(await store.now(), { hostId: 'another' }))
    expect(await reconciler.sweep()).toMatchObject({ undriven: 1 })
    expect(await backlog.dispatched('gpu')).toEqual([])
    expect(await backlog.position(jobId)).toMatchObject({ ahead: 0 })
  })

  it('of which nobody has heard keeps the jobs that a worker has in hand', async () => {
    const { reconciler, backlog, tickets, store, hosts, accept, dispatch, holdTicket } =
      await openReconciler({ adoptWaitMs: 0 })
    const [held, waits] = [await accept(), await accept()]
    for (const jobId of [held, waits]) {
      await dispatch(jobId)
      await tickets.addToHost('gpu', 'execute', { jobId, times: 1 })
    }
    await holdTicket('gpu')
    await hosts.report(newHostReport(await store.now(), { hostId: 'another' }))
    expect(await reconciler.sweep()).toMatchObject({ undriven: 1 })
    expect(await backlog.dispatched('gpu')).toMatchObject([{ jobId: held }])
    expect(await backlog.position(waits)).toMatchObject({ ahead: 0 })
  })

  it('of which nobody has heard keeps what a worker is carrying away', async () => {
    const { reconciler, backlog, tickets, store, hosts, accept, dispatch, holdTicket } =
      await openReconciler({ adoptWaitMs: 0 })
    const jobId = await accept()
    await dispatch(jobId)
    await tickets.addToHost('gpu', 'execute', { jobId, times: 1 })
    await holdTicket('gpu')
    const token = (await store.claim(jobId))?.token ?? 0
    await backlog.toCollect(jobId, token)
    await hosts.report(newHostReport(await store.now(), { hostId: 'another' }))
    expect(await reconciler.sweep()).toMatchObject({ undriven: 0 })
    expect(await store.holdsClaim(jobId, token)).toBe(true)
  })

  it('that is driven again in time keeps its jobs, and has all its time again', async () => {
    let now = 0
    const { reconciler, backlog, store, hosts, accept, dispatch } = await openReconciler({
      adoptWaitMs: 1_000,
      clock: { ...systemClock, steady: () => now },
    })
    const jobId = await accept()
    await dispatch(jobId)
    await hosts.report(newHostReport(await store.now(), { hostId: 'another' }))
    await reconciler.sweep()
    now += 900
    await hosts.report(newHostReport(await store.now(), { hostId: 'gpu' }))
    await reconciler.sweep()
    await hosts.report(newHostReport(await store.now(), { hostId: 'gpu', left: true }))
    expect(await reconciler.sweep()).toMatchObject({ undriven: 0 })
    now += 900
    expect(await reconciler.sweep()).toMatchObject({ undriven: 0 })
    now += 100
    expect(await reconciler.sweep()).toMatchObject({ undriven: 1 })
    expect(await backlog.position(jobId)).toMatchObject({ ahead: 0 })
  })

  it('that nobody drives has what it made carried away by others', async () => {
    const { reconciler, backlog, tickets, store, hosts, accept, dispatch } = await openReconciler({
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
