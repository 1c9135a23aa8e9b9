/** Mishaps: something nobody foresaw was thrown while a job was in hand. Tried again, but never for ever. */
import { isTerminal, type JobError } from '@safelight/shared'
import {
  AppendContention,
  RecordTooNew,
  RecordUnreadable,
  RedisUnavailable,
} from '@safelight/store'
import { ClaimLost } from './claim-check.ts'
import { AGAIN, againAfter, SPENT, type TicketReturn } from './conclude.ts'
import { INTERNAL } from './decide-job.ts'
import type { Handling, HandlingDeps, JobTicket } from './handling.ts'
import { toEnd } from './job-events.ts'
import { noteOrphan } from './orphan.ts'

/** The one that ends the job, whatever it was and whichever workers met it. */
const MAX_MISHAPS = 3

export interface MishapFacts {
  ticket: JobTicket
  /** Null when it was thrown before there was one. */
  handling: Handling | null
}

/** @throws what the store throws: then the ticket comes back by itself */
export async function concludeMishap(
  deps: HandlingDeps,
  { ticket, handling }: MishapFacts,
  error: unknown,
): Promise<TicketReturn> {
  const { jobId, hostId, stop } = ticket
  const { storePauseMs, retryMs } = deps.timings
  const { signal } = stop
  // told to stop in the middle of something: whoever takes the ticket next does what was asked
  const stopped = signal.aborted && error === signal.reason
  if (error instanceof ClaimLost || stop.reason === 'claim-lost' || stopped) return AGAIN
  if (isStoreTrouble(error)) {
    deps.emit('job:handed-back', { jobId, hostId, why: 'store', error, unreadMs: null })
    return againAfter(storePauseMs)
  }
  if (error instanceof RecordTooNew) {
    const unreadMs = await deps.store.noteUnread(jobId)
    if (unreadMs >= deps.timings.newerWaitMs) return endUnreadable(deps, jobId, TOO_NEW)
    deps.emit('job:handed-back', { jobId, hostId, why: 'newer_record', error, unreadMs })
    return againAfter(storePauseMs)
  }
  const mishaps = await deps.store.countMishap(jobId)
  deps.emit('job:mishap', { jobId, error, mishaps })
  if (mishaps < MAX_MISHAPS) return againAfter(retryMs.internal)
  return endAfterMishaps(deps, { ticket, handling }).catch((again: unknown) => {
    if (again instanceof ClaimLost) return AGAIN
    throw again
  })
}

/** The store's trouble is never the job's. */
function isStoreTrouble(error: unknown): boolean {
  return [RedisUnavailable, AppendContention].some((kind) => error instanceof kind)
}

/** Nothing can be decided by a record that nobody reads: what its end overwrites helped nobody. */
async function endUnreadable(
  deps: HandlingDeps,
  jobId: string,
  error: JobError,
): Promise<TicketReturn> {
  const outcome = await deps.store.endUnreadable(jobId, error)
  if (outcome === 'changed') return againAfter(deps.timings.storePauseMs)
  deps.log.error({ jobId, outcome, code: error.code }, 'ended a job that could not be read')
  return SPENT
}

const UNREADABLE: JobError = { code: 'internal', message: 'The record of the job cannot be read.' }
const TOO_NEW: JobError = {
  code: 'internal',
  message: 'The job was written by a newer version, and no worker of that version took it.',
}

/** As little as possible: what else there is may be what throws. */
async function endAfterMishaps(
  deps: HandlingDeps,
  { ticket, handling }: MishapFacts,
): Promise<TicketReturn> {
  const { jobId } = ticket
  const last = handling?.lastAttempt
  // its prompt may run there yet
  if (handling && last) await noteOrphan(handling, last)
  const result = await deps.store
    .append(
      jobId,
      (snapshot) => toEnd(snapshot, { status: 'failed', error: INTERNAL, deadLetter: true }),
      handling ? { token: handling.token } : {},
    )
    .catch((error: unknown) => {
      if (error instanceof RecordUnreadable) return null
      throw error
    })
  if (!result) return endUnreadable(deps, jobId, UNREADABLE)
  if (result.outcome === 'claim_lost') return AGAIN
  const over = !('snapshot' in result) || isTerminal(result.snapshot.status)
  return over ? SPENT : againAfter(deps.timings.retryMs.internal)
}
