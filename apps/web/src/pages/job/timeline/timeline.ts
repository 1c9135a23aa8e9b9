/**
 * What happened to a job, moment by moment. Pure.
 *
 * The events are the better source, but they are kept for a while only and not all of a long job; what they
 * no longer hold is taken from the job's record, which knows when its last attempt entered each phase.
 */
import type { JobEventView, JobStatus, SnapshotView } from '@safelight/shared'
import { toRecordMoments } from './record-moments.ts'
import { createMomentReader } from './event-moments.ts'

export type MomentKind =
  | 'accepted'
  | 'taken'
  | 'submitted'
  | 'executing'
  | 'storing'
  | 'output'
  | 'warning'
  | 'back'
  | 'canceling'
  | Extract<JobStatus, 'succeeded' | 'failed' | 'canceled' | 'expired'>

export interface Moment {
  /** Unique in its timeline, and the same whichever source it is from. */
  key: string
  kind: MomentKind
  /** ms since the epoch */
  at: number
  title: string
  detail: string | null
}

/** @param events in order; they may begin anywhere, or be none */
export function toTimeline(snapshot: SnapshotView, events: readonly JobEventView[]): Moment[] {
  const accepted: Moment = {
    key: 'accepted',
    kind: 'accepted',
    at: snapshot.createdAt,
    title: 'Accepted',
    detail: snapshot.replayOf ? 'Repeats a dead letter' : null,
  }
  const isWhole = events[0]?.seq === 1
  const fromEvents = events.flatMap(
    createMomentReader(isWhole ? 0 : attemptBefore(snapshot, events)),
  )
  if (isWhole) return [accepted, ...fromEvents]
  const known = new Set(fromEvents.map(({ key }) => key))
  const fromRecord = toRecordMoments(snapshot).filter(({ key }) => !known.has(key))
  // the record and the events agree on the order, except that outputs have no time of their own
  return [accepted, ...[...fromRecord, ...fromEvents].sort((a, b) => a.at - b.at)]
}

function attemptBefore({ attempt }: SnapshotView, events: readonly JobEventView[]): number {
  const begun = events.flatMap((event) => (event.type === 'status' ? (event.attempt ?? []) : []))
  const first = begun[0]
  return first === undefined ? attempt : first - 1
}
