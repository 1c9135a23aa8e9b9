/** Deleting jobs that have ended: one by its id, or many by a filter, a bounded number per call. */
import type { ApiEvents, Clock, Emit } from '@safelight/runtime'
import {
  ApiError,
  isTerminal,
  purgeRequestSchema,
  type PurgeResult,
  purgeResultSchema,
  type Snapshot,
} from '@safelight/shared'
import type { JobStore, PurgeStore } from '@safelight/store'
import type { z } from 'zod'
import { defineRoute } from '../http/route.ts'
import { jobParams } from '../jobs/job-id.ts'
import { noSuchJob } from '../jobs/read.ts'

export interface PurgeDeps {
  store: Pick<JobStore, 'load' | 'now'>
  purging: PurgeStore
  /** Told of what was deleted. */
  emit: Emit<ApiEvents>
  clock: Pick<Clock, 'steady'>
  /** How long one call goes on. */
  workMs: number
}

/** Of jobs that are looked at together. */
const PAGE = 100
const JOBS_AT_MOST = 1_000
/** Scripts under way at a time: each may take the outputs of a large job along, while workers wait for Redis. */
const HANDS = 4

export function purgeRoutes(deps: PurgeDeps) {
  return [deleteJobRoute(deps), purgeJobsRoute(deps)]
}

function deleteJobRoute({ store, purging, emit }: PurgeDeps) {
  return defineRoute({
    method: 'delete',
    path: '/api/v2/jobs/{id}',
    operationId: 'deleteJob',
    tag: 'jobs',
    summary: 'Delete a job that has ended, with its outputs',
    description:
      'Before its `expires_at`, and for good: record, workflow, events and outputs. An output stays that another job refers to, until that job’s record goes. A job that has not ended is refused with `not_ended`: cancel it first. Its Idempotency-Key stays used: a repetition is refused, with `details.job_gone`.',
    request: { params: jobParams },
    success: { status: 204, description: 'Deleted.' },
    errors: ['unauthorized', 'not_found', 'not_ended', 'upstream_error', 'unavailable'],
    async handle({ params }) {
      const job = await store.load(params.id)
      if (!job) throw noSuchJob()
      if (!isTerminal(job.status)) {
        throw new ApiError('not_ended', 'The job has not ended: cancel it, and delete it then.')
      }
      const purged = await purging.purge(job)
      if (purged.outcome !== 'purged') throw noSuchJob()
      const { outputs, kept } = purged
      emit('job:deleted', { jobId: params.id, outputs, kept })
      return { body: null }
    },
  })
}

function purgeJobsRoute(deps: PurgeDeps) {
  return defineRoute({
    method: 'post',
    path: '/api/v2/jobs/purge',
    operationId: 'purgeJobs',
    tag: 'jobs',
    summary: 'Delete all ended jobs that match, with their outputs',
    description:
      'Every condition must hold; without one, `"all": true` must say that all are meant. Nothing is deleted unless `dry_run` is `false`. Jobs that have not ended are left alone, and so are dead letters without `dead_letters`. At most 1000 jobs per call, those accepted last first: while `truncated`, call again with `next_cursor`.',
    request: { body: purgeRequestSchema },
    success: { status: 200, description: 'What went, or would go.', schema: purgeResultSchema },
    errors: ['invalid_request', 'unauthorized', 'upstream_error', 'unavailable'],
    async handle({ body, signal }) {
      const result = await purgeSome(deps, body, signal)
      const { jobs, outputs, outputs_kept: kept, bytes } = result
      if (!body.dry_run && jobs > 0) deps.emit('jobs:purged', { jobs, outputs, kept, bytes })
      return { body: result }
    },
  })
}

async function purgeSome(
  { store, purging, clock, workMs }: PurgeDeps,
  request: z.output<typeof purgeRequestSchema>,
  signal: AbortSignal,
): Promise<PurgeResult> {
  const until = clock.steady() + workMs
  const { older_than_s: age, status, owner, dry_run: dryRun } = request
  const tally = { jobs: 0, outputs: 0, outputs_kept: 0, bytes: 0, skipped: 0 }
  const endedBefore = age === undefined ? undefined : (await store.now()) - age * 1_000

  async function take(job: Snapshot): Promise<void> {
    const purged = dryRun ? toWouldBe(job) : await purging.purge(job)
    if (purged.outcome !== 'purged') {
      tally.skipped += 1
      return
    }
    tally.jobs += 1
    tally.outputs += purged.outputs
    tally.outputs_kept += purged.kept
    tally.bytes += purged.bytes
  }

  let cursor = request.cursor ?? null
  do {
    signal.throwIfAborted()
    const page = await purging.find({
      deadLetters: request.dead_letters,
      limit: PAGE,
      ...(status && { status }),
      ...(owner !== undefined && { owner }),
      ...(endedBefore !== undefined && { endedBefore }),
      ...(cursor !== null && { cursor }),
    })
    const left = page.jobs.values()
    const work = async () => {
      for (const job of left) await take(job)
    }
    await Promise.all(Array.from({ length: HANDS }, work))
    cursor = page.nextCursor
  } while (cursor !== null && tally.jobs + PAGE <= JOBS_AT_MOST && clock.steady() <= until)
  return { dry_run: dryRun, ...tally, truncated: cursor !== null, next_cursor: cursor }
}

function toWouldBe({ outputs }: Snapshot) {
  const bytes = outputs.reduce((sum, { size_bytes }) => sum + size_bytes, 0)
  return { outcome: 'purged', outputs: outputs.length, kept: 0, bytes } as const
}
