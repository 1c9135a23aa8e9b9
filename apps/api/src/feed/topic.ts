/**
 * One watched job: its snapshot, kept level with the stream, and its watchers.
 *
 * The live channel is the fast path, the stored snapshot and stream are the truth:
 * - A live event that is the next one is folded and told. An older one is dropped. A newer one than
 *   the next means something was missed: read.
 * - `refresh` reads the stored snapshot. Newer than ours: the events between come from the stream,
 *   and where the stream no longer holds them the stored snapshot is told instead (`resync`).
 *   Older than what we knew before reading: Redis lost writes, and the stored snapshot rules.
 * - Folding and telling happen in one synchronous step, so whoever is attached in between has
 *   missed nothing and hears nothing twice.
 */
import { isTerminal, type JobEvent, reduceJob, type Snapshot } from '@safelight/shared'
import type { JobStore } from '@safelight/shared/server'
import { createSingleFlight } from './single-flight.ts'
import type { Watcher } from './watcher.ts'

/** A fast writer may append while we read; after so many tries a snapshot is kinder than another read. */
const MISSED_READS = 5

export interface Topic {
  readonly snapshot: Snapshot | null
  readonly watchers: Set<Watcher>
  /** The stored job has been read at least once and will not change again, or is no more. */
  readonly over: boolean
  hear(event: JobEvent): void
  refresh(): Promise<void>
  /** Reads, then opens the watcher in the same step in which it is attached. False: no such job. */
  attach(watcher: Watcher, afterSeq: number | undefined): Promise<boolean>
}

interface TopicDeps {
  jobId: string
  store: Pick<JobStore, 'load' | 'eventsAfter'>
  /** A read nobody waits for went wrong; it is tried again at the next occasion. */
  failed: (error: unknown) => void
}

export function createTopic({ jobId, store, failed }: TopicDeps): Topic {
  const watchers = new Set<Watcher>()
  let snapshot: Snapshot | null = null
  let gone = false
  const refresh = createSingleFlight(read)

  function hear(event: JobEvent): void {
    // before the first read there is nothing to fold into, and that read comes after the subscription
    if (!snapshot || event.seq <= snapshot.seq || isTerminal(snapshot.status)) return
    if (event.seq > snapshot.seq + 1) {
      refresh().catch(failed)
      return
    }
    snapshot = reduceJob(snapshot, event)
    for (const watcher of watchers) watcher.event(event, snapshot)
  }

  function replace(stored: Snapshot): void {
    snapshot = stored
    for (const watcher of watchers) watcher.resync(stored)
  }

  async function read(): Promise<void> {
    const known = snapshot
    const stored = await store.load(jobId)
    if (!stored) {
      gone = true
      for (const watcher of watchers) watcher.gone()
      return
    }
    if (!snapshot || !known) {
      snapshot = stored
      return
    }
    if (stored.seq < known.seq) return replace(stored)
    if (stored.seq <= snapshot.seq) return
    const { events, complete } = await store.eventsAfter(jobId, snapshot.seq)
    if (complete) for (const event of events) hear(event)
    if (stored.seq > snapshot.seq) replace(stored)
  }

  /** The events between what the client holds and the snapshot; null when they cannot be had exactly. */
  async function readMissed(afterSeq: number): Promise<JobEvent[] | null> {
    for (let tries = 0; tries < MISSED_READS && snapshot; tries++) {
      if (afterSeq === snapshot.seq) return []
      // a client ahead of us holds events Redis has lost
      if (afterSeq > snapshot.seq) return null
      const { events, complete } = await store.eventsAfter(jobId, afterSeq)
      if (!complete) return null
      for (const event of events) hear(event)
      if (events.at(-1)?.seq === snapshot.seq) return events
    }
    return null
  }

  return {
    get snapshot() {
      return snapshot
    },
    watchers,
    get over() {
      return gone || (snapshot !== null && isTerminal(snapshot.status))
    },
    hear,
    refresh,
    async attach(watcher, afterSeq) {
      await refresh()
      const missed = afterSeq === undefined ? [] : await readMissed(afterSeq)
      if (gone || !snapshot) return false
      watchers.add(watcher)
      watcher.open({ snapshot, missed })
      return true
    },
  }
}
