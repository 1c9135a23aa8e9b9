/** The dead letters: jobs whose every attempt failed, to be looked at, replayed or discarded. */
import { randomUUID } from 'node:crypto'
import type { ApiEvents, Emit } from '@safelight/runtime'
import {
  ApiError,
  type DeadLetterView,
  deadLetterViewSchema,
  jobPageSchema,
  jobViewSchema,
  pageQuerySchema,
} from '@safelight/shared'
import type { DeadLetter, DeadLetterStore, Replication } from '@safelight/store'
import type { Links } from '../http/links.ts'
import { defineRoute } from '../http/route.ts'
import type { Admission } from '../jobs/admission.ts'
import { jobParams } from '../jobs/job-id.ts'
import { acceptOrTell, maybeAccepted } from '../jobs/maybe-accepted.ts'
import { toIso, toJobView } from '../jobs/view.ts'
import type { QueuePositions } from '../watch/queue-positions.ts'

export interface DeadLetterDeps {
  deadLetters: DeadLetterStore
  admission: Admission
  positions: Pick<QueuePositions, 'read'>
  replication: Pick<Replication, 'confirm'>
  emit: Emit<ApiEvents>
}

const TAG = 'dead letters'
const ERRORS = ['unauthorized', 'not_found', 'upstream_error', 'unavailable'] as const

export function deadLetterRoutes(deps: DeadLetterDeps) {
  return [listRoute(deps), getRoute(deps), replayRoute(deps), discardRoute(deps)]
}

function listRoute({ deadLetters }: DeadLetterDeps) {
  return defineRoute({
    method: 'get',
    path: '/api/v2/dead-letters',
    operationId: 'listDeadLetters',
    tag: TAG,
    summary: 'Jobs that failed for good, latest first',
    request: { query: pageQuerySchema },
    success: { status: 200, description: 'One page.', schema: jobPageSchema },
    errors: ['invalid_request', 'unauthorized', 'upstream_error', 'unavailable'],
    async handle({ query: { limit, cursor }, links }) {
      const page = await deadLetters.list({ limit, ...(cursor !== undefined && { cursor }) })
      const jobs = page.jobs.map((snapshot) => toJobView(snapshot, { links, place: null }))
      const { nextCursor } = page
      return { body: { jobs, next_cursor: nextCursor, truncated: nextCursor !== null } }
    },
  })
}

function getRoute({ deadLetters }: DeadLetterDeps) {
  return defineRoute({
    method: 'get',
    path: '/api/v2/dead-letters/{id}',
    operationId: 'getDeadLetter',
    tag: TAG,
    summary: 'Why and when a job failed for good, and what was tried',
    request: { params: jobParams },
    success: { status: 200, description: 'The dead letter.', schema: deadLetterViewSchema },
    errors: ERRORS,
    async handle({ params, links }) {
      const letter = await deadLetters.load(params.id)
      if (!letter) throw noSuchLetter()
      return { body: toDeadLetterView(letter, links) }
    },
  })
}

function replayRoute({ deadLetters, admission, positions, replication, emit }: DeadLetterDeps) {
  return defineRoute({
    method: 'post',
    path: '/api/v2/dead-letters/{id}/replay',
    operationId: 'replayDeadLetter',
    tag: TAG,
    summary: 'Run it again, as a new job',
    description:
      'The new job has the same workflow, priority, metadata and limits (`start_by` begins anew) and names this one as `replay_of`; `extra_data` is not kept, so it has none. The dead letter leaves the list in the same step: of two requests one makes a job, the other gets 404. When an asset that its workflow refers to is gone, it stays listed (`missing_asset`).',
    request: { params: jobParams },
    success: { status: 201, description: 'The new job.', schema: jobViewSchema },
    errors: [...ERRORS, 'missing_asset', 'queue_full'],
    async handle({ params, links, signal, ifLate }) {
      await admission.refuseWhenFull()
      signal.throwIfAborted()
      const newId = randomUUID()
      ifLate(() => maybeAccepted(newId))
      const replay = await acceptOrTell(newId, () => deadLetters.replay(params.id, newId))
      if (replay.outcome === 'gone') throw noSuchLetter()
      if (replay.outcome === 'missing_asset') throw inputsGone(replay.assetIds)
      const { snapshot } = replay
      const { jobId, owner, pool, priority } = snapshot
      emit('letter:replayed', { jobId, replayOf: params.id })
      emit('job:accepted', {
        jobId,
        owner,
        pool,
        nodes: null,
        priority,
        replayed: true,
        trace: null,
      })
      const confirming = replication.confirm(jobId)
      await admission.enqueue(snapshot)
      if (!(await confirming)) throw maybeAccepted(jobId)
      const place = await positions.read(jobId)
      return { body: toJobView(snapshot, { links, place }) }
    },
  })
}

function discardRoute({ deadLetters, emit }: DeadLetterDeps) {
  return defineRoute({
    method: 'delete',
    path: '/api/v2/dead-letters/{id}',
    operationId: 'discardDeadLetter',
    tag: TAG,
    summary: 'Take it off the list',
    description: 'The job itself stays readable until its `expires_at`.',
    request: { params: jobParams },
    success: { status: 204, description: 'Discarded.' },
    errors: ERRORS,
    async handle({ params }) {
      if (!(await deadLetters.discard(params.id))) throw noSuchLetter()
      emit('letter:discarded', { jobId: params.id })
      return { body: null }
    },
  })
}

function toDeadLetterView(letter: DeadLetter, links: Links): DeadLetterView {
  const { snapshot, failedAt, failures } = letter
  return {
    job: toJobView(snapshot, { links, place: null }),
    failed_at: toIso(failedAt),
    error: snapshot.error,
    attempts: snapshot.attempt,
    failures: failures.map(({ attempt, hostId, cause }) => ({ attempt, host_id: hostId, cause })),
  }
}

/** It could only fail again. */
function inputsGone(assetIds: readonly string[]): ApiError {
  const [first = ''] = assetIds
  const rest = assetIds.length > 1 ? `, and ${assetIds.length - 1} more` : ''
  return new ApiError('missing_asset', `Its input ${first}${rest} is no longer stored.`, {
    details: { asset_ids: assetIds },
  })
}

function noSuchLetter(): ApiError {
  return new ApiError('not_found', 'There is no dead letter with this id.')
}
