/** POST /api/v2/jobs/{id}/cancel: the job's own record decides, in one atomic step, what the request means. */
import type { ApiEvents, Emit, Logger } from '@safelight/runtime'
import { isTerminal, type JobEventBody, jobViewSchema, type Snapshot } from '@safelight/shared'
import type { JobStore } from '@safelight/store'
import { defineRoute } from '../http/route.ts'
import { jobParams } from './job-id.ts'
import { noSuchJob } from './read.ts'
import { toJobView } from './view.ts'

export interface CancelDeps {
  store: Pick<JobStore, 'append'>
  /** Takes its ticket along, best effort: one too many is spent on nothing. */
  withdrawTicket: (snapshot: Snapshot) => Promise<unknown>
  /** Tells the workers now; they also see the record. */
  announceCancel: (jobId: string) => Promise<unknown>
  emit: Emit<ApiEvents>
  log: Logger
}

/** Queued: over at once. Running: asked to stop, and a worker confirms. Ended or asked already: nothing. */
function decideCancel(snapshot: Snapshot): JobEventBody | null {
  if (isTerminal(snapshot.status) || snapshot.status === 'canceling') return null
  return snapshot.status === 'queued'
    ? { type: 'status', status: 'canceled', phase: null }
    : { type: 'status', status: 'canceling', phase: snapshot.phase }
}

export function cancelRoute(deps: CancelDeps) {
  return defineRoute({
    method: 'post',
    path: '/api/v2/jobs/{id}/cancel',
    operationId: 'cancelJob',
    tag: 'jobs',
    summary: 'Request cancellation',
    description:
      'Idempotent. A queued job is canceled at once; a running one is `canceling` until its host has stopped; an ended one stays as it is.',
    request: { params: jobParams },
    success: { status: 200, description: 'Current job state.', schema: jobViewSchema },
    errors: ['unauthorized', 'not_found', 'upstream_error', 'unavailable'],
    async handle({ params, links }) {
      const result = await cancelJob(deps, params.id, () => true)
      if (!result) throw noSuchJob()
      return { body: toJobView(result.snapshot, { links, place: null }) }
    },
  })
}

/** Null when there is no such job; `declined` when it had ended, was asked before or is not meant. */
export async function cancelJob(
  deps: CancelDeps,
  jobId: string,
  isMeant: (snapshot: Snapshot) => boolean,
) {
  let was = ''
  const result = await deps.store.append(jobId, (snapshot) => {
    was = snapshot.status
    return isMeant(snapshot) ? decideCancel(snapshot) : null
  })
  if (!('snapshot' in result)) return null
  if (result.outcome === 'appended') deps.emit('job:cancel-asked', { jobId, was })
  await followUp(deps, result.snapshot)
  return result
}

/** The record has decided; these only make it happen sooner, so their failure fails nothing. */
async function followUp(deps: CancelDeps, snapshot: Snapshot): Promise<void> {
  const { jobId, status } = snapshot
  try {
    // also when it was `canceling` before: the first announcement may have been lost
    if (status === 'canceling') await deps.announceCancel(jobId)
    if (status === 'canceled') await deps.withdrawTicket(snapshot)
  } catch (err) {
    deps.log.warn({ err, jobId }, 'cancel recorded, but not passed on')
  }
}
