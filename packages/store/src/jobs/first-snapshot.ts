/** A job on its way into the store: its first snapshot, and what the scripts that store it are given. */
import type { JobLimits, Snapshot } from '@safelight/shared'
import type { NewJob } from '../job-store.ts'
import type { ScriptArgument } from '../lua/bind-script.ts'
import { newStamp, OWNER, type StoreContext } from './context.ts'

const NO_LIMITS: JobLimits = { startBy: null, timeoutMs: null, nodeRetries: 0 }

export function firstSnapshot(
  job: Pick<NewJob, 'jobId' | 'priority' | 'metadata' | 'limits'>,
  { now, retentionMs }: Pick<StoreContext, 'now' | 'retentionMs'>,
): Snapshot {
  const createdAt = now()
  return {
    jobId: job.jobId,
    seq: 0,
    stamp: newStamp(),
    status: 'queued',
    phase: null,
    attempt: 0,
    hostId: null,
    progress: null,
    nodes: {},
    outputs: [],
    error: null,
    warnings: [],
    times: { queue: null, prepare: null, execute: null, collect: null },
    priority: job.priority,
    metadata: job.metadata,
    limits: job.limits ?? NO_LIMITS,
    deadLetter: false,
    replayOf: null,
    replayedBy: null,
    createdAt,
    updatedAt: null,
    startedAt: null,
    completedAt: null,
    // a first guess; the end of the job sets the real one
    expiresAt: createdAt + retentionMs,
  }
}

/** KEYS 1 to 6 and ARGV 1 to 8 of `STORE_JOB`. */
export function storeJobArguments(
  { keys, timings }: Pick<StoreContext, 'keys' | 'timings'>,
  snapshot: Snapshot,
  { workflow, extraData }: { workflow: NewJob['workflow']; extraData?: NewJob['extraData'] },
): { keys: string[]; argv: ScriptArgument[] } {
  const { jobId, stamp, createdAt } = snapshot
  return {
    keys: [
      keys.job(jobId),
      keys.workflow(jobId),
      keys.index(OWNER),
      keys.outbox,
      keys.open,
      keys.secrets(jobId),
    ],
    argv: [
      jobId,
      JSON.stringify(snapshot),
      JSON.stringify(workflow),
      createdAt,
      stamp,
      keys.job(''),
      extraData ? JSON.stringify(extraData) : '',
      timings.secretsMs,
    ],
  }
}
