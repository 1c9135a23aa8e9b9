/** POST /api/v2/jobs: parse → check the graph → check the depth → accept (atomic) → put on the queue. */
import { randomUUID } from 'node:crypto'
import { checkWorkflow, type NodeClasses } from '@safelight/comfyui'
import {
  ApiError,
  type ExtraData,
  jobViewSchema,
  type Snapshot,
  submitRequestSchema,
  type Workflow,
} from '@safelight/shared'
import type { ExtraDataStore, JobStore, Logger } from '@safelight/shared/server'
import { z } from 'zod'
import type { Positions } from '../feed/positions.ts'
import { defineRoute } from '../http/route.ts'
import { toJobView } from './view.ts'

export interface SubmitDeps {
  store: Pick<JobStore, 'accept'>
  /** Brings accepted jobs to the queue; what it misses, the sweeper brings. */
  flushOutbox: (jobId: string) => Promise<unknown>
  /** Jobs accepted and not yet started. */
  countQueued: () => Promise<number>
  /** What the hosts know; null when no host is known. */
  nodeClasses: () => Promise<NodeClasses | null>
  extraData: Pick<ExtraDataStore, 'save' | 'drop'>
  positions: Pick<Positions, 'read'>
  log: Logger
  limits: { maxQueueDepth: number; maxNodes: number; maxBytes: number }
}

const QUEUE_FULL_RETRY_SECONDS = 10

const headers = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, { error: 'at most 255 visible ASCII characters' })
    .optional()
    .meta({
      description:
        'Single-use for 24 h: a second request with the same key is refused with 422 `idempotency_key_reuse`.',
    }),
})

export function submitRoute(deps: SubmitDeps) {
  return defineRoute({
    method: 'post',
    path: '/api/v2/jobs',
    operationId: 'postJobs',
    tag: 'jobs',
    summary: 'Submit a workflow for execution',
    description:
      'Takes an API-format graph verbatim. 201 means the job is recorded for good and will reach a terminal status.',
    request: { headers, body: submitRequestSchema },
    success: { status: 201, description: 'Job created and queued.', schema: jobViewSchema },
    errors: [
      'invalid_request',
      'unauthorized',
      'payload_too_large',
      'invalid_workflow',
      'workflow_format_ui',
      'idempotency_key_reuse',
      'queue_full',
      'upstream_error',
      'unavailable',
    ],
    async handle({ body, headers, links }) {
      const workflow = await checkGraph(deps, body.workflow)
      await refuseWhenFull(deps)
      const snapshot = await accept(deps, {
        jobId: randomUUID(),
        workflow,
        priority: body.priority ?? 0,
        metadata: body.metadata ?? null,
        idempotencyKey: headers['Idempotency-Key'] ?? null,
        extraData: body.extra_data ?? null,
      })
      const { jobId, priority } = snapshot
      deps.log.info({ jobId, nodes: Object.keys(workflow).length, priority }, 'job accepted')
      const queuePosition = await deps.positions.read(jobId)
      return { body: toJobView(snapshot, { links, queuePosition }) }
    },
  })
}

async function checkGraph(deps: SubmitDeps, candidate: unknown): Promise<Workflow> {
  const { maxNodes, maxBytes } = deps.limits
  const classes = await deps.nodeClasses()
  const check = checkWorkflow(candidate, { classes, limits: { maxNodes, maxBytes } })
  if (check.ok) return check.workflow
  throw new ApiError(check.code, check.message, { details: { node_errors: check.nodeErrors } })
}

/** Counted, not reserved: requests that race may overshoot the bound by their number. */
async function refuseWhenFull({ countQueued, limits }: SubmitDeps): Promise<void> {
  if ((await countQueued()) < limits.maxQueueDepth) return
  throw new ApiError('queue_full', 'The queue is full. Try again later.', {
    retryAfterSeconds: QUEUE_FULL_RETRY_SECONDS,
  })
}

type NewJob = Parameters<JobStore['accept']>[0] & { extraData: ExtraData | null }

async function accept(deps: SubmitDeps, { extraData, ...job }: NewJob): Promise<Snapshot> {
  // before the job: from the moment it is accepted a worker may ask for it
  if (extraData) await deps.extraData.save(job.jobId, extraData)
  const accepted = await deps.store.accept(job)
  if (accepted.outcome === 'key_reused') {
    if (extraData) await deps.extraData.drop(job.jobId)
    throw new ApiError('idempotency_key_reuse', 'This Idempotency-Key has been used already.', {
      details: { job_id: accepted.jobId },
    })
  }
  try {
    await deps.flushOutbox(job.jobId)
  } catch (err) {
    // accepted is accepted: the sweeper brings it to the queue
    deps.log.warn({ err, jobId: job.jobId }, 'accepted, but not on the queue yet')
  }
  return accepted.snapshot
}
