import { RedisUnavailable } from '@safelight/store'
import { until } from '@safelight/testkit'
import { describe, expect, inject, it } from 'vitest'
import { createTold } from '../testing/feed-client.ts'
import { progressed, RUNNING, SUCCEEDED, smallJob } from '../testing/play-worker.ts'
import { accept, loseAnnouncements, range, seqs, startFeed, write } from '../testing/start-feed.ts'

describe('when messages are lost', () => {
  it('a gap is filled from the stream', async () => {
    const { store, feed, keys, direct } = await startFeed()
    const jobId = await accept(store)
    const told = createTold()
    await feed.watch({ jobId, watcher: told })
    await write(store, jobId, [RUNNING])
    await until(() => told.events.length === 1)
    // two events that are stored and never announced
    const channel = keys.live(jobId)
    await loseAnnouncements({ jobId, channel, direct })
    await write(store, jobId, [progressed(0.5)])
    await until(() => told.snapshot?.seq === 4)
    expect(seqs(told.events)).toEqual([1, 2, 3, 4])
  })

  it('the end of a job is found by the slow check', async () => {
    const { store, feed, keys, direct } = await startFeed({ rereadMs: 50 })
    const jobId = await accept(store)
    const told = createTold()
    await feed.watch({ jobId, watcher: told })
    await loseAnnouncements({ jobId, channel: keys.live(jobId), direct, end: true })
    await until(() => told.snapshot?.status === 'succeeded')
    expect(seqs(told.events)).toEqual([1, 2, 3])
  })

  it('a connection that breaks and comes back leaves no hole', async () => {
    const { store, feed, proxy } = await startFeed({ rereadMs: 3_600_000 })
    const jobId = await accept(store)
    const told = createTold()
    await feed.watch({ jobId, watcher: told })
    const bodies = smallJob('o', 200)
    for (const [at, body] of bodies.entries()) {
      if (at === 50 || at === 120) proxy.cut()
      await store.append(jobId, () => body)
    }
    await until(() => told.snapshot?.status === 'succeeded')
    expect(seqs(told.events)).toEqual(range(1, bodies.length))
    expect(told.snapshot).toEqual(await store.load(jobId))
  })

  it('an outage during which the job ended is made up for when Redis is back', async () => {
    const { store, feed, proxy } = await startFeed({ rereadMs: 3_600_000 })
    const jobId = await accept(store)
    const told = createTold()
    await feed.watch({ jobId, watcher: told })
    proxy.refuse()
    const end = await write(store, jobId, smallJob('o', 10))
    proxy.restore()
    await until(() => told.snapshot?.status === 'succeeded')
    expect(told.snapshot).toEqual(end)
  })

  it('what the stream no longer holds comes as one snapshot', async () => {
    const { store, feed, proxy, keys, direct } = await startFeed({ rereadMs: 3_600_000 })
    const jobId = await accept(store)
    const told = createTold()
    await feed.watch({ jobId, watcher: told })
    proxy.refuse()
    await write(store, jobId, smallJob('o', 10))
    await direct.xtrim(keys.events(jobId), 'MAXLEN', 2)
    proxy.restore()
    await until(() => told.snapshot?.status === 'succeeded')
    expect(told.resyncs).toHaveLength(1)
    expect(told.snapshot).toEqual(await store.load(jobId))
  })

  it('a Redis that lost writes rules over what was told', async () => {
    const { store, feed, keys, direct } = await startFeed({ rereadMs: 50 })
    const jobId = await accept(store)
    const before = await direct.hgetall(keys.job(jobId))
    const told = createTold()
    await feed.watch({ jobId, watcher: told })
    await write(store, jobId, [RUNNING, progressed(0.5)])
    await until(() => told.snapshot?.seq === 2)
    await direct.del(keys.events(jobId))
    await direct.hset(keys.job(jobId), before)
    await until(() => told.snapshot?.seq === 0)
    await write(store, jobId, [RUNNING])
    await until(() => told.snapshot?.seq === 1)
    expect(told.snapshot).toEqual(await store.load(jobId))
  })

  it('a watch asked for during an outage fails, and the next one works', async () => {
    const { store, feed, proxy } = await startFeed()
    const jobId = await accept(store)
    proxy.refuse()
    await expect(feed.watch({ jobId, watcher: createTold() })).rejects.toBeInstanceOf(
      RedisUnavailable,
    )
    expect(feed.size).toBe(0)
    proxy.restore()
    const told = createTold()
    await until(async () => {
      const watch = await feed.watch({ jobId, watcher: told }).catch(() => null)
      return watch !== null
    })
    await write(store, jobId, [RUNNING, SUCCEEDED])
    await until(() => told.snapshot?.status === 'succeeded')
  })

  it('survives Redis closing its connection', async ({ skip }) => {
    if (inject('redisKind') === 'embedded') skip('the embedded Redis has no CLIENT KILL')
    const { store, feed, direct, subscriber } = await startFeed({ rereadMs: 3_600_000 })
    const jobId = await accept(store)
    const told = createTold()
    await feed.watch({ jobId, watcher: told })
    const bodies = smallJob('o', 150)
    for (const [at, body] of bodies.entries()) {
      // by id, not by type: other tests listen on the same Redis
      if (at === 40 || at === 90) await direct.client('KILL', 'ID', await subscriber.client('ID'))
      await store.append(jobId, () => body)
    }
    await until(() => told.snapshot?.status === 'succeeded')
    expect(seqs(told.events)).toEqual(range(1, bodies.length))
  })
})
