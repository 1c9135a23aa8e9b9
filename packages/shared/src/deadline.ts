/** When a job may not start, or not go on, any longer. Pure: from its snapshot and the time. */
import type { JobEventBody } from './events.ts'
import type { JobError } from './job-error.ts'
import type { Snapshot } from './snapshot.ts'

/** It has not begun, and would begin too late. One that began in time goes on, also with another attempt. */
export function isPastStart(snapshot: Snapshot, nowMs: number): boolean {
  const at = startByOf(snapshot)
  return at !== null && nowMs > at
}

/** ms since the epoch by which it must have begun; null when it has, once, whatever became of that, or without a limit. */
export function startByOf({ startedAt, limits }: Snapshot): number | null {
  return startedAt === null ? limits.startBy : null
}

/** ms since the epoch when the job's time is up, over all attempts; null while it has not begun, or without a limit. */
export function timeoutAt({ startedAt, limits }: Snapshot): number | null {
  return startedAt === null || limits.timeoutMs === null ? null : startedAt + limits.timeoutMs
}

export function isTimedOut(snapshot: Snapshot, nowMs: number): boolean {
  const at = timeoutAt(snapshot)
  return at !== null && nowMs > at
}

/** The end of a job that waits in line past a deadline; null when it may wait on, or does not wait. */
export function toOverdue(snapshot: Snapshot, nowMs: number): JobEventBody | null {
  if (snapshot.status !== 'queued') return null
  if (isTimedOut(snapshot, nowMs)) {
    return { type: 'status', status: 'failed', phase: null, error: TIMED_OUT }
  }
  if (isPastStart(snapshot, nowMs)) {
    return { type: 'status', status: 'expired', phase: null, error: EXPIRED }
  }
  return null
}

export const EXPIRED: JobError = {
  code: 'expired',
  message: 'The job could not start before its deadline.',
}
export const TIMED_OUT: JobError = {
  code: 'timeout',
  message: 'The job was not done within its time limit and was stopped.',
}
