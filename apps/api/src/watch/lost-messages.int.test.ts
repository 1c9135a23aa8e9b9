import { RedisUnavailable } from '@safelight/store'
import { describe, expect, inject, it } from 'vitest'
import { createRecordingWatcher } from '../testing/recording-watcher.ts'
import { progressed, RUNNING, SUCCEEDED, smallJob } from '../testing/play-worker.ts'
import {
  accept,
  loseAnnouncements,
  range,
  seqsOf,
  startJobWatches,
  write,
} from '../testing/start-job-watches.ts'
import { until } from '@safelight/testkit'

describe('when messages are lost', () => {
  it('a gap is filled from the stream', async () => {
    const { store, watches, keys, direct } = await startJobWatches()
    const jobId = await accept(store)
    const watcher = createRecordingWatcher()
    await watches.subscribe({ jobId, watcher })
    await write(store, jobId, [RUNNING])
    await until(() => watcher.events.length === 1)
    // two events that are stored and never announced
    const channel = keys.live(jobId)
    await loseAnnouncements({ jobId, channel, direct })
    await write(store, jobId, [progressed(0.5)])
    await until(() => watcher.snapshot?.seq === 4)
    expect(seqsOf(watcher.events)).toEqual([1, 2, 3, 4])
  })

  it('the end of a job is found by the slow check', async () => {
    const { store, watches, keys, direct } = await startJobWatches({ rereadMs: 50 })
    const jobId = await accept(store)
    const watcher = createRecordingWatcher()
    await watches.subscribe({ jobId, watcher })
    await loseAnnouncements({ jobId, channel: keys.live(jobId), direct, end: true })
    await until(() => watcher.snapshot?.status === 'succeeded')
    expect(seqsOf(watcher.events)).toEqual([1, 2, 3])
  })

  it('a connection that breaks and comes back leaves no hole', async () => {
    const { store, watches, proxy } = await startJobWatches({ rereadMs: 3_600_000 })
    const jobId = await accept(store)
    const watcher = createRecordingWatcher()
    await watches.subscribe({ jobId, watcher })
    const bodies = smallJob('o', 200)
    for (const [at, body] of bodies.entries()) {
      if (at === 50 || at === 120) proxy.cut()
      await store.append(jobId, () => body)
    }
    await until(() => watcher.snapshot?.status === 'succeeded')
    expect(seqsOf(watcher.events)).toEqual(range(1, bodies.length))
    expect(watcher.snapshot).toEqual(await store.load(jobId))
  })

  it('an outage during which the job ended is made up for when Redis is back', async () => {
    const { store, watches, proxy } = await startJobWatches({ rereadMs: 3_600_000 })
    const jobId = await accept(store)
    const watcher = createRecordingWatcher()
    await watches.subscribe({ jobId, watcher })
    proxy.refuse()
    const end = await write(store, jobId, smallJob('o', 10))
    proxy.restore()
    await until(() => watcher.snapshot?.status === 'succeeded')
    expect(watcher.snapshot).toEqual(end)
  })

  it('what the stream no longer holds comes as one snapshot', async () => {
    const { store, watches, proxy, keys, direct } = await startJobWatches({ rereadMs: 3_600_000 })
    const jobId = await accept(store)
    const watcher = createRecordingWatcher()
    await watches.subscribe({ jobId, watcher })
    proxy.refuse()
    await write(store, jobId, smallJob('o', 10))
    await direct.xtrim(keys.events(jobId), 'MAXLEN', 2)
    proxy.restore()
    await until(() => watcher.snapshot?.status === 'succeeded')
    expect(watcher.resyncs).toHaveLength(1)
    expect(watcher.snapshot).toEqual(await store.load(jobId))
  })

  it('a Redis that lost writes rules over what was told', async () => {
    const { store, watches, keys, direct } = await startJobWatches({ rereadMs: 50 })
    const jobId = await accept(store)
    const before = await direct.hgetall(keys.job(jobId))
    const watcher = createRecordingWatcher()
    await watches.subscribe({ jobId, watcher })
    await write(store, jobId, [RUNNING, progressed(0.5)])
    await until(() => watcher.snapshot?.seq === 2)
    await direct.del(keys.events(jobId))
    await direct.hset(keys.job(jobId), before)
    await until(() => watcher.snapshot?.seq === 0)
    await write(store, jobId, [RUNNING])
    await until(() => watcher.snapshot?.seq === 1)
    expect(watcher.snapshot).toEqual(await store.load(jobId))
  })

  it('a watch asked for during an outage fails, and the next one works', async () => {
    const { store, watches, proxy } = await startJobWatches()
    const jobId = await accept(store)
    proxy.refuse()
    await expect(
      watches.subscribe({ jobId, watcher: createRecordingWatcher() }),
    ).rejects.toBeInstanceOf(RedisUnavailable)
    expect(watches.size).toBe(0)
    proxy.restore()
    const watcher = createRecordingWatcher()
    await until(async () => {
      const watch = await watches.subscribe({ jobId, watcher }).catch(() => null)
      return watch !== null
    })
    await write(store, jobId, [RUNNING, SUCCEEDED])
    await until(() => watcher.snapshot?.status === 'succeeded')
  })

  it('survives Redis closing its connection', async ({ skip }) => {
    if (inject('redisKind') === 'embedded') skip('the embedded Redis has no CLIENT KILL')
    const { store, watches, direct, subscriber } = await startJobWatches({ rereadMs: 3_600_000 })
    const jobId = await accept(store)
    const watcher = createRecordingWatcher()
    await watches.subscribe({ jobId, watcher })
    const bodies = smallJob('o', 150)
    for (const [at, body] of bodies.entries()) {
      // by id, not by type: other tests listen on the same Redis
      if (at === 40 || at === 90) await direct.client('KILL', 'ID', await subscriber.client('ID'))
      await store.append(jobId, () => body)
    }
    await until(() => watcher.snapshot?.status === 'succeeded')
    expect(seqsOf(watcher.events)).toEqual(range(1, bodies.length))
  })
})
