/** What a worker may write, given the newest snapshot: each function decides one event, or null to write nothing. */
import {
  canMove,
  isTerminal,
  type JobError,
  type JobEventBody,
  type JobPhase,
  type Output,
  type PhaseTimes,
  type Progress,
  type Snapshot,
  type Warning,
} from '@safelight/shared'

type Decision = JobEventBody | null

/** The attempt begins. A cancel that came first wins. */
export function toRunning(
  snapshot: Snapshot,
  start: { attempt: number; hostId: string; times: PhaseTimes },
): Decision {
  if (snapshot.status !== 'queued' && snapshot.status !== 'running') return null
  return { type: 'status', status: 'running', phase: 'preparing', ...start }
}

/** `canceling` keeps the phase it was asked in. */
export function toPhase(
  snapshot: Snapshot,
  next: { phase: JobPhase; times: PhaseTimes; warnings: Warning[] },
): Decision {
  return snapshot.status === 'running' ? { type: 'status', status: 'running', ...next } : null
}

export function toProgressed(snapshot: Snapshot, progress: Progress): Decision {
  return snapshot.status === 'running' ? { type: 'progress', progress } : null
}

/** Also the full bar of a job that finishes although its cancel was asked. */
export function toOutput(snapshot: Snapshot, output: Output): Decision {
  return isTerminal(snapshot.status) ? null : { type: 'output', output }
}

export function toCompleteProgress(snapshot: Snapshot, progress: Progress): Decision {
  return isTerminal(snapshot.status) ? null : { type: 'progress', progress }
}

/** Given up here, to be tried again: back to the line. A cancel that came meanwhile stays. */
export function toQueuedAgain(snapshot: Snapshot): Decision {
  return snapshot.status === 'running'
    ? { type: 'status', status: 'queued', phase: null, hostId: null }
    : null
}

export type Ending =
  | { status: 'succeeded' | 'canceled'; times?: PhaseTimes; warnings?: Warning[] }
  | {
      status: 'failed' | 'expired'
      error: JobError
      deadLetter?: boolean
      times?: PhaseTimes
      warnings?: Warning[]
    }

/** One terminal state per job: whoever is second writes nothing. */
export function toEnd(snapshot: Snapshot, ending: Ending): Decision {
  if (isTerminal(snapshot.status) || !canMove(snapshot.status, ending.status)) return null
  return { type: 'status', phase: null, ...ending }
}
