import { describe, expect, it } from 'vitest'
import { createRecordingWatcher } from '../testing/recording-watcher.ts'
import { RUNNING, smallJob } from '../testing/play-worker.ts'
import { accept, range, seqsOf, startJobWatches, write } from '../testing/start-job-watches.ts'
import { until } from '@safelight/testkit'

describe('a watcher', () => {
  it('there from the start is told every event once, in order', async () => {
    const { store, watches } = await startJobWatches()
    const jobId = await accept(store)
    const watcher = createRecordingWatcher()
    await watches.subscribe({ jobId, watcher })
    const end = await write(store, jobId, smallJob('o', 40))
    await until(() => watcher.snapshot?.seq === end?.seq)
    expect(seqsOf(watcher.events)).toEqual(range(1, end?.seq ?? 0))
    expect(watcher.snapshot).toEqual(end)
    expect(watcher.resyncs).toEqual([])
  })

  it('joining at any moment of a running job ends with what everybody has', async () => {
    const { store, watches } = await startJobWatches()
    const jobId = await accept(store)
    const all = Array.from({ length: 20 }, () => createRecordingWatcher())
    const joins: Promise<unknown>[] = []
    let at = 0
    for (const body of smallJob('o', 60)) {
      const joining = at % 3 === 0 ? all[at / 3] : undefined
      if (joining) joins.push(watches.subscribe({ jobId, watcher: joining }))
      await store.append(jobId, () => body)
      at += 1
    }
    await Promise.all(joins)
    const end = await store.load(jobId)
    for (const watcher of all) {
      await until(() => watcher.snapshot?.status === 'succeeded')
      expect(watcher.snapshot).toEqual(end)
      // no hole between what it was opened with and what came after
      expect(seqsOf(watcher.events)).toEqual(
        range((end?.seq ?? 0) - watcher.events.length + 1, end?.seq ?? 0),
      )
      expect(watcher.resyncs).toEqual([])
    }
  })

  it('coming back with the last seq it holds gets exactly what it missed', async () => {
    const { store, watches } = await startJobWatches()
    const jobId = await accept(store)
    const held = await write(store, jobId, smallJob('o').slice(0, 3))
    await write(store, jobId, smallJob('o').slice(3, 6))
    const watcher = createRecordingWatcher(held)
    await watches.subscribe({ jobId, watcher, after: { seq: 3, stamp: undefined } })
    expect(seqsOf(watcher.missed ?? [])).toEqual([4, 5, 6])
    const end = await write(store, jobId, smallJob('o').slice(6))
    await until(() => watcher.snapshot?.seq === end?.seq)
    expect(watcher.snapshot).toEqual(end)
  })

  it('whose missed events are no longer kept gets the snapshot instead', async () => {
    const { store, watches, keys, direct } = await startJobWatches()
    const jobId = await accept(store)
    await write(store, jobId, smallJob('o').slice(0, 5))
    await direct.xtrim(keys.events(jobId), 'MAXLEN', 1)
    const watcher = createRecordingWatcher()
    await watches.subscribe({ jobId, watcher, after: { seq: 2, stamp: undefined } })
    expect(watcher.missed).toBeNull()
    expect(watcher.snapshot?.seq).toBe(5)
  })

  it('that claims to be ahead is put right', async () => {
    const { store, watches } = await startJobWatches()
    const jobId = await accept(store)
    await write(store, jobId, [RUNNING])
    const watcher = createRecordingWatcher()
    await watches.subscribe({ jobId, watcher, after: { seq: 99, stamp: undefined } })
    expect([watcher.missed, watcher.snapshot?.seq]).toEqual([null, 1])
  })

  it('of a job that has ended is told so without a subscription', async () => {
    const { store, watches, keys, countSubscribers } = await startJobWatches()
    const jobId = await accept(store)
    const end = await write(store, jobId, smallJob('o'))
    const watcher = createRecordingWatcher()
    const watch = await watches.subscribe({ jobId, watcher, after: { seq: 0, stamp: undefined } })
    expect(seqsOf(watcher.missed ?? [])).toEqual(range(1, end?.seq ?? 0))
    expect(await countSubscribers(keys.live(jobId))).toBe(0)
    watch?.close()
    expect(watches.size).toBe(0)
  })

  it('of a job that does not exist gets null and leaves nothing behind', async () => {
    const { watches } = await startJobWatches()
    const watcher = createRecordingWatcher()
    expect(await watches.subscribe({ jobId: 'nothing', watcher })).toBeNull()
    expect([watcher.opened, watches.size]).toEqual([0, 0])
  })
})

describe('the subscription', () => {
  it('is one per job however many watch, and goes some time after the last one', async () => {
    const { store, watches, keys, countSubscribers } = await startJobWatches({
      unsubscribeGraceMs: 50,
    })
    const jobId = await accept(store)
    const open = await Promise.all(
      Array.from({ length: 5 }, () =>
        watches.subscribe({ jobId, watcher: createRecordingWatcher() }),
      ),
    )
    expect([watches.size, await countSubscribers(keys.live(jobId))]).toEqual([1, 1])
    for (const watch of open) watch?.close()
    expect(watches.size).toBe(1)
    await until(async () => watches.size === 0 && (await countSubscribers(keys.live(jobId))) === 0)
  })

  it('is kept for whoever comes straight back', async () => {
    const { store, watches, keys, countSubscribers } = await startJobWatches({
      unsubscribeGraceMs: 200,
    })
    const [jobId, other] = [await accept(store), await accept(store)]
    const first = await watches.subscribe({ jobId, watcher: createRecordingWatcher() })
    first?.close()
    first?.close()
    const watcher = createRecordingWatcher()
    await watches.subscribe({ jobId, watcher })
    // left later than ours: when it has been given up, ours would have been too
    const later = await watches.subscribe({ jobId: other, watcher: createRecordingWatcher() })
    later?.close()
    await until(async () => (await countSubscribers(keys.live(other))) === 0)
    expect(await countSubscribers(keys.live(jobId))).toBe(1)
    await write(store, jobId, [RUNNING])
    await until(() => watcher.events.length === 1)
  })
})
