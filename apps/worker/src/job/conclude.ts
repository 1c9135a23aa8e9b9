/** Acts on decisions: writes the job's end or its way back to the line. Nothing else does. */
import { assertNever, isTerminal, type Warning } from '@safelight/shared'
import type { AttemptRecord } from '@safelight/store'
import type { GiveUp, JobDecision } from './decide-job.ts'
import { type JobEnd, toEnd, toQueuedAgain } from './job-events.ts'
import { noteOrphan } from './orphan.ts'
import { decideRetry } from './retry-policy.ts'
import type { Handling } from './handling.ts'
import { addWarnings } from './warnings.ts'

/** How the ticket leaves our hands. It is spent only when the record says that the job has ended. */
export type TicketReturn =
  | { ticket: 'spent' }
  /** Somebody must take it again: at once, at the head of its priority, or after a while, in its turn. */
  | { ticket: 'back'; delayMs: number }
  /** It only waits for something, and loses no place by it: after a while it is before all others, or before its equals. */
  | { ticket: 'waits'; delayMs: number; before: 'all' | 'equals' }

export const SPENT: TicketReturn = { ticket: 'spent' }
export const BACK: TicketReturn = { ticket: 'back', delayMs: 0 }

/** It has begun, and may run on its host: whoever is in line has no turn before it. */
export function keepPlace(delayMs: number): TicketReturn {
  return { ticket: 'waits', delayMs, before: 'all' }
}

export interface AttemptFacts {
  /** The attempt that the decision is about, with the failures before it. */
  record: AttemptRecord
  warnings?: Warning[]
}

export async function conclude(
  handling: Handling,
  decision: JobDecision,
  facts: AttemptFacts,
): Promise<TicketReturn> {
  const { warnings = [] } = facts
  switch (decision.action) {
    case 'succeed':
      // what was told while the outputs came home, too
      return finish(handling, {
        status: 'succeeded',
        warnings: addWarnings(handling.writer.snapshot.warnings, warnings),
      })
    case 'cancel':
      if (!decision.confirmed) await noteOrphan(handling, facts.record)
      return finish(handling, { status: 'canceled', warnings })
    case 'fail':
      if (decision.confirmed === false) await noteOrphan(handling, facts.record)
      return finish(handling, { status: 'failed', error: decision.error, warnings })
    case 'give_up':
      return giveUp(handling, decision, facts)
    case 'hand_back':
      return decision.delayMs > 0 ? keepPlace(decision.delayMs) : BACK
    case 'claim_lost':
      return BACK
    default:
      return assertNever(decision)
  }
}

/** The attempt has failed: another one, or the end of the job. */
async function giveUp(
  handling: Handling,
  failed: GiveUp,
  { record, warnings }: AttemptFacts,
): Promise<TicketReturn> {
  const { deps, writer, log } = handling
  const { cause, orphaned, error } = failed
  const { attempt, hostId } = record
  const at = deps.clock.now()
  const failures = [...record.failures, { attempt, hostId, cause, orphaned, at }]
  // it may run there yet, when its host is back
  if (orphaned || cause === 'stalled') await noteOrphan(handling, record)
  const { nodeRetries } = writer.snapshot.limits
  const { maxAttempts, maxHostLosses, timings } = deps
  const { retryMs, retryAtMostMs } = timings
  const retry = decideRetry(failures, {
    maxAttempts,
    maxHostLosses,
    nodeRetries,
    retryMs,
    retryAtMostMs,
  })
  log.warn({ attempt, hostId, cause, ...retry }, 'attempt failed')
  if (retry.action === 'fail') {
    const { deadLetter } = retry
    return finish(handling, {
      status: 'failed',
      error,
      ...(warnings ? { warnings } : {}),
      deadLetter,
    })
  }
  // noted first: should we die in between, the attempt is known to have failed
  await handling.saveAttempt({ ...record, failures, unreachableSince: null })
  const written = await writer.append(toQueuedAgain)
  if (!written) return BACK
  await deps.deadlines.note(writer.snapshot)
  return { ticket: 'back', delayMs: retry.delayMs }
}

export async function finish(handling: Handling, jobEnd: JobEnd): Promise<TicketReturn> {
  const { writer, log, deps, jobId } = handling
  const times = handling.stopwatch.enter(null)
  const written = await writer.append((snapshot) => toEnd(snapshot, { ...jobEnd, times }))
  // refused: it has ended in another way, is another worker's, or its cancel wants to be confirmed first
  if (!written) return !writer.claimLost && isTerminal(writer.snapshot.status) ? SPENT : BACK
  const code = 'error' in jobEnd ? { code: jobEnd.error.code } : {}
  log.info({ outcome: jobEnd.status, ...code, phases: times }, 'job finished')
  await deps.extraData.drop(jobId)
  return SPENT
}
