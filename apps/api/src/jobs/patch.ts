/** PATCH /api/v2/jobs/{id}: another priority for a job that waits. */
import { ApiError, jobViewSchema, patchRequestSchema } from '@safelight/shared'
import type { JobStore } from '@safelight/store'
import { defineRoute } from '../http/route.ts'
import type { QueuePositions } from '../watch/queue-positions.ts'
import { jobParams } from './job-id.ts'
import { noSuchJob } from './read.ts'
import { toJobView } from './view.ts'

export interface PatchDeps {
  store: Pick<JobStore, 'append'>
  positions: Pick<QueuePositions, 'read'>
}

export function patchJobRoute({ store, positions }: PatchDeps) {
  return defineRoute({
    method: 'patch',
    path: '/api/v2/jobs/{id}',
    operationId: 'patchJob',
    tag: 'jobs',
    summary: 'Change the priority of a job that waits',
    description:
      'In one step with its dispatch: a job that has got a host, or has ended, is refused with `not_queued`.',
    request: { params: jobParams, body: patchRequestSchema },
    success: { status: 200, description: 'The job, at its new place.', schema: jobViewSchema },
    errors: [
      'invalid_request',
      'unauthorized',
      'not_found',
      'not_queued',
      'upstream_error',
      'unavailable',
    ],
    async handle({ params, body: { priority }, links }) {
      const result = await store.append(params.id, (snapshot) =>
        snapshot.status === 'queued' && snapshot.priority !== priority
          ? { type: 'status', status: 'queued', phase: null, priority }
          : null,
      )
      if (result.outcome === 'gone') throw noSuchJob()
      if (!('snapshot' in result) || result.snapshot.status !== 'queued') throw notQueued()
      const place = await positions.read(params.id)
      return { body: toJobView(result.snapshot, { links, place }) }
    },
  })
}

function notQueued(): ApiError {
  return new ApiError('not_queued', 'The job waits no longer: its priority means nothing now.')
}
