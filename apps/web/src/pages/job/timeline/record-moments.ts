/** The moments that a job's record still knows: its end, and the phases of its last attempt. */
import type { SnapshotView } from '@safelight/shared'
import { toEndMoment, toTakenTitle } from './event-moments.ts'
import type { Moment } from './timeline.ts'

export function toRecordMoments(snapshot: SnapshotView): Moment[] {
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
