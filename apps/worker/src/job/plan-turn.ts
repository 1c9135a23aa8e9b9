/** What to do with a job that was just claimed. Pure: from its snapshot, the run that was saved, and the time. */
import {
  EXPIRED,
  isPastStart,
  isTerminal,
  isTimedOut,
  type Snapshot,
  TIMED_OUT,
} from '@safelight/shared'
import type { Claim, FailedAttempt, Run } from '@safelight/store'
import type { Ending } from './decisions.ts'

export type TurnPlan =
  /** It has ended already. */
  | { action: 'none' }
  /** Its cancel was asked while nobody ran it; `run` is what may be left on a host. */
  | { action: 'confirm_cancel'; run: Run | null }
  /** The prompt of this very attempt may still be on its host: its worker is gone, not its work. */
  | { action: 'adopt'; run: Run }
  | BeginPlan
  /** It must not begin any more. */
  | { action: 'end'; ending: Ending }

export interface BeginPlan {
  action: 'begin'
  attempt: number
  /** Where the attempt before this one ran, if nobody saw its prompt end. */
  leftover: Run | null
  failures: FailedAttempt[]
}

/**
 * A job that is still `running` lost its worker, not its prompt: the attempt, and with it the
 * promptId, stay the same. One that is `queued` again, or whose attempt is noted as failed, was
 * given up for a reason: a new attempt.
 */
export function planTurn({ snapshot, run }: Claim, nowMs: number): TurnPlan {
  if (isTerminal(snapshot.status)) return { action: 'none' }
  if (snapshot.status === 'canceling') return { action: 'confirm_cancel', run }
  const failures = run?.failures ?? []
  const failed = failures.at(-1)
  const unfinished = snapshot.status === 'running' && failed?.attempt !== snapshot.attempt
  if (unfinished && run?.attempt === snapshot.attempt) return { action: 'adopt', run }

  const ending = toTooLate(snapshot, nowMs)
  if (ending) return { action: 'end', ending }
  return {
    action: 'begin',
    // begun, but its worker died before it could say where: nothing was submitted yet
    attempt: unfinished ? snapshot.attempt : snapshot.attempt + 1,
    leftover: failed?.left && failed.attempt === run?.attempt ? run : null,
    failures,
  }
}

/** The end of a job for which a new attempt would be too late. */
function toTooLate(snapshot: Snapshot, nowMs: number): Ending | null {
  if (isTimedOut(snapshot, nowMs)) return { status: 'failed', error: TIMED_OUT }
  return isPastStart(snapshot, nowMs) ? { status: 'expired', error: EXPIRED } : null
}
