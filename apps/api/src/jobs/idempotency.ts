/** The `Idempotency-Key` of a submission: single-use as the contract says, or replayed for who asks for that. */
import { ApiError, type SubmitRequest } from '@safelight/shared'
import type { JobStore, KeyUse, Replication } from '@safelight/store'
import { z } from 'zod'
import type { Links } from '../http/links.ts'
import type { Answer } from '../http/route.ts'
import { maybeAccepted } from './maybe-accepted.ts'
import { hashRequest } from './request-hash.ts'
import { toJobView } from './view.ts'

/** As the header has it. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, { error: 'at most 255 visible ASCII characters' })

export const idempotencyHeaders = z.object({
  'Idempotency-Key': idempotencyKey.optional().meta({
    description:
      'Good for one job in 24 h: any later request with the same key is refused with 422 `idempotency_key_reuse`. A submission that fails does not use it up.',
  }),
  'Idempotency-Mode': z.enum(['single-use', 'replay']).optional().meta({
    description:
      '`replay`: a later request with the same key and body gets the first answer again, with `Idempotent-Replayed: true`; 409 `idempotency_in_flight` while there is none yet, 422 `idempotency_key_reuse` with `details.job_gone` when the job has been deleted, or its time is over. `extra_data` is not compared.',
  }),
})

export interface IdempotencyKey {
  key: string
  replays: boolean
  requestHash: string
}

/** @param workflow its text */
export function readIdempotencyKey(
  headers: z.output<typeof idempotencyHeaders>,
  request: SubmitRequest,
  workflow: string,
): IdempotencyKey | null {
  const key = headers['Idempotency-Key']
  if (key === undefined) return null
  const replays = headers['Idempotency-Mode'] === 'replay'
  return { key, replays, requestHash: hashRequest(request, workflow) }
}

export interface Repetition {
  key: IdempotencyKey
  use: KeyUse | null
  links: Links
}

export interface AgainDeps {
  store: Pick<JobStore, 'loadStamp'>
  replication: Pick<Replication, 'confirmKey'>
}

/**
 * The answer to a request whose key has been used; throws when it is a refusal, and when too few replicas have the job:
 * the first request may have been told the same. A key whose job was deleted stays used: what was run once is not run
 * again because somebody repeats himself, and nobody is promised a job that is not there.
 */
export async function answerAgain(
  repetition: Repetition,
  { store, replication }: AgainDeps,
): Promise<Answer> {
  const { key, use } = repetition
  if (use && (await store.loadStamp(use.jobId)) === null) {
    throw refuseReuse(use, ', and its job is gone', { job_gone: true })
  }
  const answer = toAnswerAgain(repetition)
  if (use && !(await replication.confirmKey(key.key))) throw maybeAccepted(use.jobId)
  return answer
}

function refuseReuse({ jobId }: KeyUse, why: string, more: { job_gone?: true } = {}): ApiError {
  const message = `This Idempotency-Key has been used already${why}.`
  return new ApiError('idempotency_key_reuse', message, { details: { job_id: jobId, ...more } })
}

function toAnswerAgain({ key: { replays, requestHash }, use, links }: Repetition): Answer {
  // null: the key's day ended between our two looks, so the next request may use it
  if (!use || (replays && use.inFlight && use.requestHash === requestHash)) {
    throw new ApiError('idempotency_in_flight', 'The first request with this key is under way.', {
      retryAfterSeconds: 1,
    })
  }
  if (!replays || use.requestHash !== requestHash) {
    throw refuseReuse(use, replays ? ' for another request' : '')
  }
  return {
    // never answered (the process died, Redis went): then the job as it was accepted is what it would have said
    body: use.answer ?? toJobView(use.snapshot, { links, place: null }),
    headers: { 'Idempotent-Replayed': 'true', 'Idempotency-Replayed': 'true' },
  }
}
