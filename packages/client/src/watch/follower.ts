/**
 * One follower of a job: folds what comes, from whichever transport, into the job as it is now.
 *
 * It may be given the same event twice, by two transports or after a reconnect: what it holds already
 * changes nothing. An event that is not the next one is a gap, and whoever brought it must ask again.
 */
import {
  isTerminal,
  type JobEventView,
  type PreviewFrame,
  reduceJob,
  type SnapshotView,
} from '@safelight/shared'
import type { Connection, FollowOptions } from '../types.ts'
import type { BarMemory } from './bar-memory.ts'

/** The job as the server has it, and the server's clock at that moment. */
export interface Opening {
  snapshot: SnapshotView
  queuePosition: number | null
  now: number
}

export interface Follower {
  /** Null before the first snapshot. */
  readonly snapshot: SnapshotView | null
  readonly wantsPreviews: boolean
  /** Wants the events so far, and has not begun to get them. */
  readonly wantsHistory: boolean
  /** Replaces what is held, whatever it is. */
  replace(opening: Opening): void
  /** A gap: this event does not follow the one that is held. */
  event(event: JobEventView): 'folded' | 'gap'
  /** The events so far cannot be had, or not all. */
  historyEnds(): void
  place(queuePosition: number | null): void
  preview(frame: PreviewFrame): void
  connection(connection: Connection): void
  fail(error: Error): void
}

/** @param ended called once, when nothing more will be told */
export function createFollower(
  options: FollowOptions,
  bar: BarMemory,
  ended: () => void,
): Follower {
  let snapshot: SnapshotView | null = null
  let queuePosition: number | null = null
  let connection: Connection = 'connecting'
  let movedAt = Date.now()
  /** The last event told again from the history; null when none is awaited. */
  let replayed: number | null = options.history ? 0 : null
  let over = false

  function tell(event: JobEventView | null): void {
    if (snapshot) options.onUpdate({ snapshot, event, queuePosition, connection, movedAt })
  }

  function endIfOver(): void {
    if (over || !snapshot || !isTerminal(snapshot.status)) return
    if (replayed !== null && replayed < snapshot.seq) return
    over = true
    ended()
    options.onEnd?.()
  }

  function keep(next: SnapshotView): void {
    snapshot = bar.hold(next)
    if (snapshot.status !== 'queued') queuePosition = null
  }

  /** An event that made the job what it is now, told because the follower asked for the history. */
  function replay(event: JobEventView): void {
    if (replayed === null || event.seq !== replayed + 1) return
    replayed = event.seq
    tell(event)
    endIfOver()
  }

  return {
    get snapshot() {
      return snapshot
    },
    wantsPreviews: options.onPreview !== undefined,
    get wantsHistory() {
      return snapshot === null && replayed !== null
    },
    replace(opening) {
      if (over) return
      const { updatedAt, createdAt } = opening.snapshot
      movedAt = Date.now() - Math.max(0, opening.now - (updatedAt ?? createdAt))
      queuePosition = opening.queuePosition
      keep(opening.snapshot)
      tell(null)
      endIfOver()
    },
    event(event) {
      if (over || !snapshot) return 'folded'
      if (event.seq <= snapshot.seq) {
        replay(event)
        return 'folded'
      }
      if (event.seq !== snapshot.seq + 1 || event.follows !== snapshot.stamp) return 'gap'
      movedAt = Date.now()
      if (replayed !== null) replayed = event.seq
      keep(reduceJob(snapshot, event))
      tell(event)
      endIfOver()
      return 'folded'
    },
    historyEnds() {
      replayed = null
      endIfOver()
    },
    place(next) {
      if (over || next === queuePosition || snapshot?.status !== 'queued') return
      queuePosition = next
      tell(null)
    },
    preview(frame) {
      if (!over) options.onPreview?.(frame)
    },
    connection(next) {
      if (over || next === connection) return
      connection = next
      options.onConnection?.(next)
      tell(null)
    },
    fail(error) {
      if (over) return
      over = true
      ended()
      options.onError?.(error)
    },
  }
}
