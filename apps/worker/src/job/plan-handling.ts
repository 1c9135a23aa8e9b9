/** What to do with a job that was just claimed. Pure: from its snapshot, what was noted of its last attempt, and the time. */
import {
  EXPIRED,
  isPastStart,
  isTerminal,
  isTimedOut,
  type Snapshot,
  TIMED_OUT,
} from '@safelight/shared'
import type { Claim, FailedAttempt, AttemptRecord, Harvest } from '@safelight/store'
import type { JobEnd } from './job-events.ts'

export type HandlingPlan =
  /** It has ended already. */
  | { action: 'none' }
  /** Its cancel was asked while nobody ran it; `lastAttempt` may be an orphan. */
  | { action: 'confirm_cancel'; lastAttempt: AttemptRecord | null }
  /** The prompt of this very attempt may still be on its host: its worker is gone, not its work. */
  | { action: 'adopt'; lastAttempt: AttemptRecord }
  /** Its execution is over, its outputs are not all here. */
  | { action: 'collect'; lastAttempt: AttemptRecord; harvest: Harvest }
  | BeginPlan
  /** It must not begin any more. */
  | { action: 'end'; jobEnd: JobEnd }
  /** The worker that seems to be one too many may only have been cut off: it gets a moment to say that it lives. */
  | { action: 'wait' }
  /** It has cost too many workers their lives; `lastAttempt` may run on. */
  | { action: 'end_lost'; lastAttempt: AttemptRecord | null }

export interface BeginPlan {
  action: 'begin'
  attempt: number
  /** Where the attempt before this one ran, if nobody saw its prompt end. */
  orphan: AttemptRecord | null
  failures: FailedAttempt[]
  /** How often the job was taken back from a host before its prompt had begun. */
  takenBack: number
}

/** Workers that may die with a job in hand before it ends as `worker_lost`. */
const MAX_LOST_WORKERS = 3

/**
 * A job that is still `running` lost its worker, not its prompt: the attempt, and with it the
 * promptId, stay the same. One that is `queued` again, or whose attempt is noted as failed, was
 * given up for a reason: a new attempt. A job that was taken back has its attempt again, and the promptId:
 * its prompt was verified to be gone, and is looked for before it is posted once more.
 */
export function planHandling(
  { snapshot, lastAttempt, lost }: Pick<Claim, 'snapshot' | 'lastAttempt' | 'lost'>,
  nowMs: number,
): HandlingPlan {
  if (isTerminal(snapshot.status)) return { action: 'none' }
  // before anything else that might cost the next one its life
  if (lost.count >= MAX_LOST_WORKERS) {
    return lost.justNow ? { action: 'wait' } : { action: 'end_lost', lastAttempt }
  }
  if (snapshot.status === 'canceling') return { action: 'confirm_cancel', lastAttempt }
  const failures = lastAttempt?.failures ?? []
  const failed = failures.at(-1)
  const unfinished = snapshot.status === 'running' && failed?.attempt !== snapshot.attempt
  if (snapshot.status === 'running' && lastAttempt && isOfAttempt(lastAttempt, snapshot)) {
    const { harvest } = lastAttempt
    // also one that was given up, and had succeeded all the same
    if (harvest) return { action: 'collect', lastAttempt, harvest }
    if (unfinished) return { action: 'adopt', lastAttempt }
  }

  const jobEnd = toTooLate(snapshot, nowMs)
  if (jobEnd) return { action: 'end', jobEnd }
  return {
    action: 'begin',
    // begun, but its worker died before it could say where: nothing was submitted yet
    attempt: unfinished ? snapshot.attempt : snapshot.attempt + 1,
    orphan: failed?.orphaned && failed.attempt === lastAttempt?.attempt ? lastAttempt : null,
    failures,
    takenBack: lastAttempt?.takenBack ?? 0,
  }
}

/** Not when it was taken back from there, and the same attempt has begun elsewhere since. */
function isOfAttempt(
  { attempt, hostId, takenBack }: AttemptRecord,
  snapshot: Claim['snapshot'],
): boolean {
  return attempt === snapshot.attempt && (takenBack === undefined || hostId === snapshot.hostId)
}

/** The end of a job for which a new attempt would be too late. */
function toTooLate(snapshot: Snapshot, nowMs: number): JobEnd | null {
  if (isTimedOut(snapshot, nowMs)) return { status: 'failed', error: TIMED_OUT }
  return isPastStart(snapshot, nowMs) ? { status: 'expired', error: EXPIRED } : null
}

export interface Standing {
  acceptedAt: number
  /** When it was in line last, or is still: since then. */
  waitsSince: number
  /** The attempt that somebody has begun and nobody has ended. */
  underWay: { attempt: number; startedAt: number } | null
}

/** Where a job stands that was just claimed, for who listens. */
export function toStanding({
  snapshot,
  lastAttempt,
}: Pick<Claim, 'snapshot' | 'lastAttempt'>): Standing {
  const { status, attempt, createdAt, updatedAt, startedAt } = snapshot
  const failures = lastAttempt?.failures ?? []
  const failedAt = failures.findLast((failure) => failure.attempt < attempt)?.at
  const waited = lastAttempt !== null && status === 'queued' ? updatedAt : failedAt
  const goesOn = status === 'running' || status === 'canceling'
  const isBegun =
    goesOn &&
    lastAttempt !== null &&
    isOfAttempt(lastAttempt, snapshot) &&
    failures.at(-1)?.attempt !== attempt
  return {
    acceptedAt: createdAt,
    waitsSince: waited ?? createdAt,
    // of a later attempt only that is known: it began after the one before it had failed
    underWay: isBegun
      ? { attempt, startedAt: Math.max(startedAt ?? createdAt, failedAt ?? 0) }
      : null,
  }
}
