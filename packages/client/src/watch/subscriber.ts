/**
 * One subscriber of a job: folds what comes, from whichever transport, into the job as it is now.
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
import type { Connection, SubscribeOptions } from '../types.ts'
import type { BarMemory } from './bar-memory.ts'

/** Where a queued job stands. A server of an older version does not say when it should be done. */
export interface Place {
  queuePosition: number | null
  etaMs?: number | null
}

/** The job as the server has it, and the server's clock at that moment. */
export interface Opening extends Place {
  snapshot: SnapshotView
  now: number
}

export interface Subscriber {
  /** Null before the first snapshot. */
  readonly snapshot: SnapshotView | null
  readonly wantsPreviews: boolean
  /** Wants the events so far, and has not begun to get them. */
  readonly wantsHistory: boolean
  /** Replaces what is held, whatever it is. */
  replace(opening: Opening): void
  /** A gap: this event does not follow the one that is held. */
  applyEvent(event: JobEventView): 'folded' | 'gap'
  /** The events so far cannot be had, or not all. */
  endHistory(): void
  setPlace(place: Place): void
  emitPreview(frame: PreviewFrame): void
  setConnection(connection: Connection): void
  fail(error: Error): void
}

/** @param release called once, when nothing more will be emitted */
export function createSubscriber(
  options: SubscribeOptions,
  bar: BarMemory,
  release: () => void,
): Subscriber {
  let snapshot: SnapshotView | null = null
  let queuePosition: number | null = null
  let etaMs: number | null = null
  let connection: Connection = 'connecting'
  let movedAt = Date.now()
  /** The last event emitted from the history; null when none is awaited. */
  let historySeq: number | null = options.history ? 0 : null
  let hasEnded = false

  function emit(event: JobEventView | null): void {
    if (snapshot) options.onUpdate({ snapshot, event, queuePosition, etaMs, connection, movedAt })
  }

  function endIfTerminal(): void {
    if (hasEnded || !snapshot || !isTerminal(snapshot.status)) return
    if (historySeq !== null && historySeq < snapshot.seq) return
    hasEnded = true
    release()
    options.onEnd?.()
  }

  function setSnapshot(next: SnapshotView): void {
    snapshot = bar.hold(next)
    if (snapshot.status !== 'queued') queuePosition = etaMs = null
  }

  /** An event that made the job what it is now, emitted because the subscriber asked for the history. */
  function emitHistory(event: JobEventView): void {
    if (historySeq === null || event.seq !== historySeq + 1) return
    historySeq = event.seq
    emit(event)
    endIfTerminal()
  }

  return {
    get snapshot() {
      return snapshot
    },
    wantsPreviews: options.onPreview !== undefined,
    get wantsHistory() {
      return snapshot === null && historySeq !== null
    },
    replace(opening) {
      if (hasEnded) return
      const { updatedAt, createdAt } = opening.snapshot
      movedAt = Date.now() - Math.max(0, opening.now - (updatedAt ?? createdAt))
      queuePosition = opening.queuePosition
      etaMs = opening.etaMs ?? null
      setSnapshot(opening.snapshot)
      emit(null)
      endIfTerminal()
    },
    applyEvent(event) {
      if (hasEnded || !snapshot) return 'folded'
      if (event.seq <= snapshot.seq) {
        emitHistory(event)
        return 'folded'
      }
      if (event.seq !== snapshot.seq + 1 || event.follows !== snapshot.stamp) return 'gap'
      movedAt = Date.now()
      if (historySeq !== null) historySeq = event.seq
      setSnapshot(reduceJob(snapshot, event))
      emit(event)
      endIfTerminal()
      return 'folded'
    },
    endHistory() {
      historySeq = null
      endIfTerminal()
    },
    setPlace({ queuePosition: next, etaMs: nextEtaMs = null }) {
      if (hasEnded || snapshot?.status !== 'queued') return
      if (next === queuePosition && nextEtaMs === etaMs) return
      queuePosition = next
      etaMs = nextEtaMs
      emit(null)
    },
    emitPreview(frame) {
      if (!hasEnded) options.onPreview?.(frame)
    },
    setConnection(next) {
      if (hasEnded || next === connection) return
      connection = next
      options.onConnection?.(next)
      emit(null)
    },
    fail(error) {
      if (hasEnded) return
      hasEnded = true
      release()
      options.onError?.(error)
    },
  }
}
