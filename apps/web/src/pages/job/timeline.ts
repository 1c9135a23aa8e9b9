/**
 * What happened to a job, moment by moment. Pure.
 *
 * The events are the better source, but they are kept for a while only and not all of a long job; what they
 * no longer hold is taken from the job's record, which knows when its last attempt entered each phase.
 */
import type { JobEventView, JobStatus, SnapshotView } from '@safelight/shared'
import { createMomentReader, toEndMoment, toTakenTitle } from './event-moments.ts'

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

/** The moments that a job's record still knows: its end, and the phases of its last attempt. */
function toRecordMoments(snapshot: SnapshotView): Moment[] {
  const { attempt, hostId: host, startedAt, times, createdAt } = snapshot
  const moments: Moment[] = []
  // each attempt measures anew, from the beginning on: its wait includes the attempts before it
  const takenAt = times.queue === null ? startedAt : createdAt + times.queue
  if (startedAt !== null && attempt > 1) {
    moments.push(toTaken({ attempt: 1, host: null, at: startedAt }))
  }
  if (takenAt !== null && attempt > 0) moments.push(toTaken({ attempt, host, at: takenAt }))
  if (takenAt !== null && times.prepare !== null) {
    const executingAt = takenAt + times.prepare
    moments.push(toPhase('executing', { attempt, at: executingAt, title: 'Executing' }))
    if (times.execute !== null) {
      const at = executingAt + times.execute
      moments.push(toPhase('storing', { attempt, at, title: 'Storing outputs' }))
    }
  }
  return [...moments, ...toEndMoments(snapshot)]
}

function toEndMoments(snapshot: SnapshotView): Moment[] {
  const { status, completedAt, error, outputs } = snapshot
  if (completedAt === null) return []
  switch (status) {
    case 'succeeded':
    case 'failed':
    case 'canceled':
    case 'expired': {
      const stored = outputs.map(
        ({ id, name }): Moment => ({
          key: `output-${id}`,
          kind: 'output',
          at: completedAt,
          title: 'Output stored',
          detail: name,
        }),
      )
      return [...stored, toEndMoment({ status, at: completedAt, error })]
    }
    default:
      return []
  }
}

function toTaken(taken: { attempt: number; host: string | null; at: number }): Moment {
  const { attempt, at } = taken
  return {
    key: `taken-${attempt}`,
    kind: 'taken',
    at,
    title: toTakenTitle(taken),
    detail: null,
  }
}

function toPhase(
  kind: 'executing' | 'storing',
  { attempt, at, title }: { attempt: number; at: number; title: string },
): Moment {
  return { key: `${kind}-${attempt}`, kind, at, title, detail: null }
}
