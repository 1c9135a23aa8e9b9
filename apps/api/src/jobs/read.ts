/** GET routes of jobs: one, its workflow, a page of many. */
import {
  ApiError,
  jobPageSchema,
  type JobView,
  jobViewSchema,
  jobWorkflowSchema,
  listQuerySchema,
  type Snapshot,
} from '@safelight/shared'
import type { JobStore } from '@safelight/store'
import { defineRoute } from '../http/route.ts'
import type { QueuePositions } from '../watch/queue-positions.ts'
import { jobParams } from './job-id.ts'
import type { Links } from '../http/links.ts'
import { toJobView } from './view.ts'
import { type JobWaits, preferHeader, toWait, waitQuery } from './wait.ts'
import type { WhyWaits } from './why-waits.ts'

export interface ReadDeps {
  store: Pick<JobStore, 'load' | 'loadWorkflowText' | 'list'>
  waits: JobWaits
  positions: Pick<QueuePositions, 'read' | 'readMany'>
  whyWaits: WhyWaits
}

export function noSuchJob(): ApiError {
  return new ApiError('not_found', 'There is no job with this id.')
}

export function getJobRoute({ store, waits, positions, whyWaits }: ReadDeps) {
  return defineRoute({
    method: 'get',
    path: '/api/v2/jobs/{id}',
    operationId: 'getJob',
    tag: 'jobs',
    summary: 'Job status (the polling workhorse)',
    description:
      'With `wait` (or `Prefer: wait`) the answer is held until the job has ended or the time is over: one request in place of many.',
    request: { params: jobParams, query: waitQuery, headers: preferHeader },
    success: { status: 200, description: 'The job.', schema: jobViewSchema },
    errors: [
      'invalid_request',
      'unauthorized',
      'not_found',
      'too_many_streams',
      'upstream_error',
      'unavailable',
    ],
    async handle({ params, query, headers, links, request }) {
      const snapshot = await store.load(params.id)
      if (!snapshot) throw noSuchJob()
      return waits.reply({
        snapshot,
        wait: toWait(query.wait, headers.Prefer),
        request,
        status: 200,
        toBody: (latest) => showJob(latest, { positions, whyWaits, links }),
        onGone: noSuchJob,
      })
    },
  })
}

export function getWorkflowRoute({ store }: ReadDeps) {
  return defineRoute({
    method: 'get',
    path: '/api/v2/jobs/{id}/workflow',
    operationId: 'getJobWorkflow',
    tag: 'jobs',
    summary: 'The workflow behind a job',
    request: { params: jobParams },
    success: { status: 200, description: 'The workflow graph.', schema: jobWorkflowSchema },
    errors: ['unauthorized', 'not_found', 'upstream_error', 'unavailable'],
    async handle({ params }) {
      const workflow = await store.loadWorkflowText(params.id)
      if (workflow === null) throw noSuchJob()
      const json = `{"workflow":${workflow},"format":"api"}`
      return { send: (response) => void response.type('json').send(json) }
    },
  })
}

export function listJobsRoute({ store, positions, whyWaits }: ReadDeps) {
  return defineRoute({
    method: 'get',
    path: '/api/v2/jobs',
    operationId: 'listJobs',
    tag: 'jobs',
    summary: 'Jobs, newest first',
    request: { query: listQuerySchema },
    success: { status: 200, description: 'One page.', schema: jobPageSchema },
    errors: ['invalid_request', 'unauthorized', 'upstream_error', 'unavailable'],
    async handle({ query, links }) {
      const { status, owner, cursor, limit } = query
      const page = await store.list({
        limit,
        ...(status && { status }),
        ...(owner && { owner }),
        ...(cursor && { cursor }),
      })
      const queued = page.jobs.filter(isQueued).map(({ jobId }) => jobId)
      const places = await positions.readMany(queued)
      const placeOf = new Map(queued.map((jobId, at) => [jobId, places[at] ?? null]))
      const whys = await whyWaits(page.jobs)
      const jobs = page.jobs.map((snapshot, at) => {
        const place = placeOf.get(snapshot.jobId) ?? null
        return toJobView(snapshot, { links, place, reasons: whys[at] ?? [] })
      })
      const { nextCursor } = page
      return { body: { jobs, next_cursor: nextCursor, truncated: nextCursor !== null } }
    },
  })
}

const isQueued = ({ status }: Snapshot): boolean => status === 'queued'

/** The queue is asked only for jobs that can be in it. */
export async function showJob(
  snapshot: Snapshot,
  {
    positions,
    whyWaits,
    links,
  }: Pick<ReadDeps, 'whyWaits'> & { positions: Pick<QueuePositions, 'read'>; links: Links },
): Promise<JobView> {
  const place = isQueued(snapshot) ? await positions.read(snapshot.jobId) : null
  const [reasons = []] = await whyWaits([snapshot])
  return toJobView(snapshot, { links, place, reasons })
}
