import { describe, expect, it } from 'vitest'
import { createTold } from '../testing/feed-client.ts'
import { RUNNING, smallJob } from '../testing/play-worker.ts'
import { accept, range, seqs, startFeed, write } from '../testing/start-feed.ts'
import { until } from '@safelight/testkit'

describe('a watcher', () => {
  it('there from the start is told every event once, in order', async () => {
    const { store, feed } = await startFeed()
    const jobId = await accept(store)
    const told = createTold()
    await feed.watch({ jobId, watcher: told })
    const end = await write(store, jobId, smallJob('o', 40))
    await until(() => told.snapshot?.seq === end?.seq)
    expect(seqs(told.events)).toEqual(range(1, end?.seq ?? 0))
    expect(told.snapshot).toEqual(end)
    expect(told.resyncs).toEqual([])
  })

  it('joining at any moment of a running job ends with what everybody has', async () => {
    const { store, feed } = await startFeed()
    const jobId = await accept(store)
    const all = Array.from({ length: 20 }, () => createTold())
    const joins: Promise<unknown>[] = []
    let at = 0
    for (const body of smallJob('o', 60)) {
      const joining = at % 3 === 0 ? all[at / 3] : undefined
      if (joining) joins.push(feed.watch({ jobId, watcher: joining }))
      await store.append(jobId, () => body)
      at += 1
    }
    await Promise.all(joins)
    const end = await store.load(jobId)
    for (const told of all) {
      await until(() => told.snapshot?.status === 'succeeded')
      expect(told.snapshot).toEqual(end)
      // no hole between what it was opened with and what came after
      expect(seqs(told.events)).toEqual(
        range((end?.seq ?? 0) - told.events.length + 1, end?.seq ?? 0),
      )
      expect(told.resyncs).toEqual([])
    }
  })

  it('coming back with the last seq it holds gets exactly what it missed', async () => {
    const { store, feed } = await startFeed()
    const jobId = await accept(store)
    const held = await write(store, jobId, smallJob('o').slice(0, 3))
    await write(store, jobId, smallJob('o').slice(3, 6))
    const told = createTold(held)
    await feed.watch({ jobId, watcher: told, after: { seq: 3, stamp: undefined } })
    expect(seqs(told.missed ?? [])).toEqual([4, 5, 6])
    const end = await write(store, jobId, smallJob('o').slice(6))
    await until(() => told.snapshot?.seq === end?.seq)
    expect(told.snapshot).toEqual(end)
  })

  it('whose missed events are no longer kept gets the snapshot instead', async () => {
    const { store, feed, keys, direct } = await startFeed()
    const jobId = await accept(store)
    await write(store, jobId, smallJob('o').slice(0, 5))
    await direct.xtrim(keys.events(jobId), 'MAXLEN', 1)
    const told = createTold()
    await feed.watch({ jobId, watcher: told, after: { seq: 2, stamp: undefined } })
    expect(told.missed).toBeNull()
    expect(told.snapshot?.seq).toBe(5)
  })

  it('that claims to be ahead is put right', async () => {
    const { store, feed } = await startFeed()
    const jobId = await accept(store)
    await write(store, jobId, [RUNNING])
    const told = createTold()
    await feed.watch({ jobId, watcher: told, after: { seq: 99, stamp: undefined } })
    expect([told.missed, told.snapshot?.seq]).toEqual([null, 1])
  })

  it('of a job that has ended is told so without a subscription', async () => {
    const { store, feed, keys, countListeners } = await startFeed()
    const jobId = await accept(store)
    const end = await write(store, jobId, smallJob('o'))
    const told = createTold()
    const watch = await feed.watch({ jobId, watcher: told, after: { seq: 0, stamp: undefined } })
    expect(seqs(told.missed ?? [])).toEqual(range(1, end?.seq ?? 0))
    expect(await countListeners(keys.live(jobId))).toBe(0)
    watch?.close()
    expect(feed.size).toBe(0)
  })

  it('of a job that does not exist gets null and leaves nothing behind', async () => {
    const { feed } = await startFeed()
    const told = createTold()
    expect(await feed.watch({ jobId: 'nothing', watcher: told })).toBeNull()
    expect([told.opened, feed.size]).toEqual([0, 0])
  })
})

describe('the subscription', () => {
  it('is one per job however many watch, and goes some time after the last one', async () => {
    const { store, feed, keys, countListeners } = await startFeed({ unsubscribeGraceMs: 50 })
    const jobId = await accept(store)
    const watches = await Promise.all(
      Array.from({ length: 5 }, () => feed.watch({ jobId, watcher: createTold() })),
    )
    expect([feed.size, await countListeners(keys.live(jobId))]).toEqual([1, 1])
    for (const watch of watches) watch?.close()
    expect(feed.size).toBe(1)
    await until(async () => feed.size === 0 && (await countListeners(keys.live(jobId))) === 0)
  })

  it('is kept for whoever comes straight back', async () => {
    const { store, feed, keys, countListeners } = await startFeed({ unsubscribeGraceMs: 200 })
    const [jobId, other] = [await accept(store), await accept(store)]
    const first = await feed.watch({ jobId, watcher: createTold() })
    first?.close()
    first?.close()
    const told = createTold()
    await feed.watch({ jobId, watcher: told })
    // left later than ours: when it has been given up, ours would have been too
    const later = await feed.watch({ jobId: other, watcher: createTold() })
    later?.close()
    await until(async () => (await countListeners(keys.live(other))) === 0)
    expect(await countListeners(keys.live(jobId))).toBe(1)
    await write(store, jobId, [RUNNING])
    await until(() => told.events.length === 1)
  })
})
