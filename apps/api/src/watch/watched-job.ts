/**
 * One watched job: its snapshot, kept level with the stream, and its watchers.
 *
 * The live channel is the fast path, the stored snapshot and stream are the truth:
 * - A live event that is the next one (by its number, and it follows the event we hold) is folded and
 *   sent on. An older one is dropped. Any other means something was missed: read.
 * - `refresh` reads the stored snapshot. Newer than ours: the events between come from the stream,
 *   and where the stream no longer holds them the stored snapshot is sent instead (`resync`).
 *   Older than what we knew before reading, or another event under its number: Redis lost writes, and
 *   the stored snapshot rules (docs/adr/0008-epoch.md).
 * - Folding and sending happen in one synchronous step, so whoever is attached in between has
 *   missed nothing and gets nothing twice.
 */
import { isTerminal, type JobEvent, reduceJob, type Snapshot } from '@safelight/shared'
import type { JobStore } from '@safelight/store'
import { createSingleFlight } from './single-flight.ts'
import type { LastEvent, Watcher } from './watcher.ts'

/** A fast writer may append while we read; after so many tries a snapshot is kinder than another read. */
const MISSED_READS = 5

export interface WatchedJob {
  readonly snapshot: Snapshot | null
  readonly watchers: Set<Watcher>
  /** The stored job has been read at least once and will not change again, or is no more. */
  readonly isOver: boolean
  /** A live event, as it was published. */
  receive(event: JobEvent): void
  refresh(): Promise<void>
  /** Reads, then opens the watcher in the same step in which it is attached. False: no such job. */
  attach(watcher: Watcher, after: LastEvent | undefined): Promise<boolean>
}

interface WatchedJobDeps {
  jobId: string
  store: Pick<JobStore, 'load' | 'loadStamp' | 'eventsAfter'>
  /** A read nobody waits for went wrong; it is tried again at the next occasion. */
  onError: (error: unknown) => void
}

export function createWatchedJob({ jobId, store, onError }: WatchedJobDeps): WatchedJob {
  const watchers = new Set<Watcher>()
  let snapshot: Snapshot | null = null
  let removed = false
  const refresh = createSingleFlight(read)

  function receive(event: JobEvent): void {
    // before the first read there is nothing to fold into, and that read comes after the subscription
    if (!snapshot || event.seq <= snapshot.seq || isTerminal(snapshot.status)) return
    if (!isNext(event, snapshot)) {
      refresh().catch(onError)
      return
    }
    apply(event, snapshot)
  }

  function apply(event: JobEvent, before: Snapshot): void {
    snapshot = reduceJob(before, event)
    for (const watcher of watchers) watcher.event(event, snapshot)
  }

  /** Applies those of the stored events that come next. */
  function catchUp(events: readonly JobEvent[]): void {
    for (const event of events) if (snapshot && isNext(event, snapshot)) apply(event, snapshot)
  }

  function replace(stored: Snapshot): void {
    snapshot = stored
    for (const watcher of watchers) watcher.resync(stored)
  }

  async function read(): Promise<void> {
    const known = snapshot
    if (known && (await isLevel(known))) return
    const stored = await store.load(jobId)
    if (!stored) {
      removed = true
      for (const watcher of watchers) watcher.removed()
      return
    }
    if (!snapshot || !known) {
      snapshot = stored
      return
    }
    if (stored.seq < known.seq) return replace(stored)
    const level = [known, snapshot].find(({ seq }) => seq === stored.seq)
    if (level && level.stamp !== stored.stamp) return replace(stored)
    if (stored.seq <= snapshot.seq) return
    const { events, complete } = await store.eventsAfter(jobId, snapshot.seq)
    if (complete) catchUp(events)
    if (stored.seq > snapshot.seq) replace(stored)
  }

  /** Mostly nothing was missed, and there is nothing to read. What is told of a job after its end has no stamp of its own. */
  async function isLevel(known: Snapshot): Promise<boolean> {
    return !isTerminal(known.status) && (await store.loadStamp(jobId)) === known.stamp
  }

  /** The events between what the client holds and the snapshot; null when they cannot be had exactly. */
  async function readMissed({ seq, stamp }: LastEvent): Promise<JobEvent[] | null> {
    // a client that names no stamp is taken at its word
    const isTheirs = (held: string | undefined) => stamp === undefined || stamp === held
    for (let tries = 0; tries < MISSED_READS; tries++) {
      if (seq === snapshot?.seq) return isTheirs(snapshot.stamp) ? [] : null
      // a client ahead of us holds events Redis has lost
      if (!snapshot || seq > snapshot.seq) return null
      const { events, complete } = await store.eventsAfter(jobId, seq)
      if (!complete || !isTheirs(events[0]?.follows)) return null
      catchUp(events)
      const last = events.at(-1)
      if (last?.seq === snapshot.seq && last.stamp === snapshot.stamp) return events
    }
    return null
  }

  return {
    get snapshot() {
      return snapshot
    },
    watchers,
    get isOver() {
      return removed || (snapshot !== null && isTerminal(snapshot.status))
    },
    receive,
    refresh,
    async attach(watcher, after) {
      await refresh()
      const missed = after === undefined ? [] : await readMissed(after)
      if (removed || !snapshot) return false
      watchers.add(watcher)
      watcher.open({ snapshot, missed })
      return true
    },
  }
}

/** The number alone does not say it: after a loss, another history may have grown to it. */
function isNext(event: JobEvent, snapshot: Snapshot): boolean {
  return event.seq === snapshot.seq + 1 && event.follows === snapshot.stamp
}
