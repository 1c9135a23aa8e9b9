/** Accepting a job: one atomic write, after which it cannot be lost. */
import { z } from 'zod'
import type { JobLimits, Snapshot } from '../../index.ts'
import type { JobStore, NewJob } from '../job-store.ts'
import { ACCEPT } from '../lua/accept.ts'
import { bindScript } from '../lua/bind-script.ts'
import { IDEMPOTENCY_MS, OWNER, type StoreContext } from './context.ts'
import { createReads } from './read-job.ts'

const replySchema = z.tuple([z.union([z.literal(0), z.literal(1)]), z.string()])

export function createAccept(context: StoreContext): JobStore['accept'] {
  const { keys, now, retentionMs } = context
  const accept = bindScript(context.redis, ACCEPT)
  const { load } = createReads(context)
  return async (job) => {
    const snapshot = firstSnapshot(job, { createdAt: now(), retentionMs })
    const reply = await accept(
      [
        keys.job(job.jobId),
        keys.workflow(job.jobId),
        keys.index(OWNER),
        keys.outbox,
        ...(job.idempotencyKey === null ? [] : [keys.idempotency(job.idempotencyKey)]),
      ],
      [
        job.jobId,
        JSON.stringify(snapshot),
        JSON.stringify(job.workflow),
        snapshot.createdAt,
        IDEMPOTENCY_MS,
        keys.job(''),
      ],
    )
    const [accepted, jobId] = replySchema.parse(reply)
    if (accepted === 1) return { outcome: 'accepted', snapshot }
    if (jobId !== job.jobId) return { outcome: 'key_reused', jobId }
    // accepted before, by this very call: only the answer got lost
    return { outcome: 'accepted', snapshot: (await load(jobId)) ?? snapshot }
  }
}

const NO_LIMITS: JobLimits = { startBy: null, timeoutMs: null, nodeRetries: 0 }

function firstSnapshot(job: NewJob, time: { createdAt: number; retentionMs: number }): Snapshot {
  return {
    jobId: job.jobId,
    seq: 0,
    status: 'queued',
    phase: null,
    attempt: 0,
    hostId: null,
    progress: null,
    outputs: [],
    error: null,
    warnings: [],
    times: { queue: null, prepare: null, execute: null, collect: null },
    priority: job.priority,
    metadata: job.metadata,
    limits: job.limits ?? NO_LIMITS,
    deadLetter: false,
    replayOf: job.replayOf ?? null,
    createdAt: time.createdAt,
    startedAt: null,
    completedAt: null,
    // a first guess; the end of the job sets the real one
    expiresAt: time.createdAt + time.retentionMs,
  }
}
