import type { JobEvent, Snapshot } from '@safelight/shared'
import { rememberJob, until } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { createRecordingWatcher } from '../testing/recording-watcher.ts'
import { progressed, RUNNING } from '../testing/play-worker.ts'
import { accept, seqsOf, startJobWatches, write } from '../testing/start-job-watches.ts'

/** A job whose events 2 to 4 Redis lost and that has grown past them again: 2' to 6'. */
async function regrown() {
  const stack = await startJobWatches({ rereadMs: 3_600_000 })
  const { store, keys, direct, watches } = stack
  const jobId = await accept(store)
  await write(store, jobId, [RUNNING])
  const loseHistory = await rememberJob(direct, keys, jobId)
  const regrow = async (to: number) => {
    await loseHistory()
    for (let seq = 2; seq <= to; seq++) await write(store, jobId, [progressed(seq / 100)])
  }
  const old = await write(store, jobId, [progressed(0.5), progressed(0.6), progressed(0.7)])
  if (!old) throw new Error('nothing was written')
  const join = async (held: { seq: number; stamp: string }, start: Snapshot | null = null) => {
    const watcher = createRecordingWatcher(start)
    const after = { seq: held.seq, stamp: held.stamp }
    await watches.subscribe({ jobId, watcher, after })
    return watcher
  }
  return { ...stack, jobId, old, regrow, join }
}

describe('when Redis comes back with an older state', () => {
  it.each([
    ['still behind the client', 3],
    ['just as far', 4],
    ['one event past it', 5],
    ['far past it', 9],
  ])('a client that returns is given the new history whole: %s', async (_, to) => {
    const { old, regrow, join, store, jobId } = await regrown()
    await regrow(to)
    const watcher = await join(old, old)
    expect(watcher.missed).toBeNull()
    expect(watcher.snapshot).toEqual(await store.load(jobId))
    expect(watcher.snapshot?.progress?.value).toBe(to / 100)
  })

  it('a client that holds what both histories share gets only what it missed', async () => {
    const { regrow, join, store, jobId } = await regrown()
    const [first] = (await store.eventsAfter(jobId, 0)).events
    await regrow(4)
    const watcher = await join(first ?? { seq: -1, stamp: '' })
    expect(seqsOf(watcher.missed ?? [])).toEqual([2, 3, 4])
  })

  it.each([3, 4, 5, 9])(
    'a watcher that never left is told, though it heard nothing of it: now at %i',
    async (to) => {
      const { old, regrow, join, store, jobId, proxy } = await regrown()
      const watcher = await join(old, old)
      // what Redis said meanwhile is not heard: its connections break with it
      proxy.refuse()
      await regrow(to)
      proxy.restore()
      await until(() => watcher.resyncs.length > 0)
      expect(watcher.snapshot).toEqual(await store.load(jobId))
    },
  )

  it('an event that has the next number but follows another history is not folded', async () => {
    const { old, regrow, join, store, jobId } = await regrown()
    const watcher = await join(old, old)
    const events: JobEvent[] = watcher.events
    // the same channel stays open all the while: only the events can tell
    await regrow(5)
    await until(() => watcher.resyncs.length > 0)
    await write(store, jobId, [progressed(0.06)])
    await until(() => watcher.snapshot?.seq === 6)
    expect(events.filter(({ seq }) => seq === 5)).toEqual([])
    expect(watcher.snapshot).toEqual(await store.load(jobId))
  })
})
