/** Job status and phase: the one vocabulary, and every question asked about it. Without zod: clients carry it to browsers. */

export const JOB_STATUSES = [
  'queued',
  'running',
  'succeeded',
  'canceling',
  'canceled',
  'failed',
  'expired',
] as const
export type JobStatus = (typeof JOB_STATUSES)[number]

/** What a `running` job is doing. `canceling` keeps the phase it was asked in. */
export const JOB_PHASES = ['preparing', 'submitted', 'executing', 'collecting'] as const
export type JobPhase = (typeof JOB_PHASES)[number]

const NEXT: Record<JobStatus, readonly JobStatus[]> = {
  queued: ['running', 'canceling', 'canceled', 'failed', 'expired'],
  // running → queued: the job is handed back (drain, host gone) and waits for its next turn
  running: ['queued', 'canceling', 'succeeded', 'failed', 'expired', 'canceled'],
  // a cancel that races with the end has one winner, which may be the end
  canceling: ['canceled', 'succeeded', 'failed'],
  succeeded: [],
  failed: [],
  canceled: [],
  expired: [],
}

/** True when the job will never change again. */
export function isTerminal(status: JobStatus): boolean {
  return NEXT[status].length === 0
}

/** What people call running: a host has the job, or had it when its cancel was asked for. */
export const RUNNING_STATUSES = ['running', 'canceling'] as const satisfies readonly JobStatus[]

export function isRunning(status: JobStatus): boolean {
  return RUNNING_STATUSES.some((running) => running === status)
}

/** True when a job in `from` may move to `to` (staying put, e.g. for a new phase, is allowed until the end). */
export function canMove(from: JobStatus, to: JobStatus): boolean {
  return from === to ? !isTerminal(from) : NEXT[from].includes(to)
}
