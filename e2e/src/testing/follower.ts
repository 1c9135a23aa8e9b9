/** A client that follows a job to its end through anything: what it must know, and what it found wrong. */
import type { JobView, SnapshotView, SseStatus } from '@safelight/shared'

/** What every watcher and the record must agree on. */
export interface FinalState {
  status: string
  seq: number
  outputs: string[]
  errorCode: string | null
}

export interface Followed {
  jobId: string
  kind: 'socket' | 'sse'
  final: FinalState | null
  connections: number
  events: number
  /** Events that came twice, late or with a hole before them, and bars that fell; in words. */
  disorder: string[]
}

export interface FollowOptions {
  jobId: string
  /** Asked at each connection. */
  pickUrl: () => string
  /** How many events to hear before the next connection is dropped. */
  eventsUntilDrop: () => number
  /** Gives up: `final` stays null. */
  signal: AbortSignal
}

/** The job is not known where it must be: it was accepted and is lost. */
export class JobNotFound extends Error {}

/** Between two tries to connect. */
export const RECONNECT_MS = 200
export const CONNECT_MS = 3_000

export function finalOf(view: SnapshotView | JobView | SseStatus): FinalState {
  return {
    status: view.status,
    seq: view.seq,
    outputs: (view.outputs ?? []).map(({ id }) => id).toSorted(),
    errorCode: view.error?.code ?? null,
  }
}

/** Keeps the order: every event is the one after the last, unless a snapshot came in between. */
export function createOrderCheck(disorder: string[]) {
  let last: number | null = null
  return {
    last: () => last,
    /** Everything up to `seq` is known now. */
    snapshot(seq: number): void {
      if (last !== null && seq < last) disorder.push(`snapshot ${seq} after event ${last}`)
      last = Math.max(seq, last ?? 0)
    },
    event(seq: number): void {
      if (last !== null && seq !== last + 1) disorder.push(`event ${seq} after ${last}`)
      last = Math.max(seq, last ?? 0)
    },
  }
}
