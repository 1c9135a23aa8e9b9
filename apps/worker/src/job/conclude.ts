/** Acts on decisions: writes the job's end or its way back to the line. Nothing else does. */
import { assertNever, isTerminal, type Warning } from '@safelight/shared'
import type { Run } from '@safelight/store'
import { saveRun } from './attempt.ts'
import type { Conclusion, GiveUp } from './decide-end.ts'
import { type Ending, toEnd, toQueuedAgain } from './decisions.ts'
import { leaveBehind } from './leftover.ts'
import { judgeFailure } from './retry-policy.ts'
import type { Turn } from './turn.ts'

/** How the ticket leaves our hands. It is spent only when the record says that the job has ended. */
export type Outcome =
  | { ticket: 'spent' }
  /** Somebody must take it again: at once, at the head of its priority, or after a while, in its turn. */
  | { ticket: 'back'; delayMs: number }

export const SPENT: Outcome = { ticket: 'spent' }
export const BACK: Outcome = { ticket: 'back', delayMs: 0 }

export interface Facts {
  /** The attempt that the decision is about, with the failures before it. */
  run: Run
  warnings?: Warning[]
}

export async function conclude(turn: Turn, conclusion: Conclusion, facts: Facts): Promise<Outcome> {
  const { warnings = [] } = facts
  switch (conclusion.action) {
    case 'succeed':
      return finish(turn, { status: 'succeeded', warnings })
    case 'cancel':
      if (!conclusion.confirmed) await leaveBehind(turn, facts.run)
      return finish(turn, { status: 'canceled', warnings })
    case 'fail':
      if (conclusion.confirmed === false) await leaveBehind(turn, facts.run)
      return finish(turn, { status: 'failed', error: conclusion.error, warnings })
    case 'give_up':
      return giveUp(turn, conclusion, facts)
    case 'hand_back':
      return { ticket: 'back', delayMs: conclusion.delayMs }
    case 'drop':
      return BACK
    default:
      return assertNever(conclusion)
  }
}

/** The attempt has failed: another one, or the end of the job. */
async function giveUp(turn: Turn, failed: GiveUp, { run, warnings }: Facts): Promise<Outcome> {
  const { deps, writer, log } = turn
  const { cause, left, error } = failed
  const { attempt, hostId } = run
  const failures = [...run.failures, { attempt, hostId, cause, left }]
  // it may run there yet, when its host is heard of again
  if (left || cause === 'stalled') await leaveBehind(turn, run)
  const { nodeRetries } = writer.snapshot.limits
  const { maxAttempts, maxHostLosses, timings } = deps
  const { retryMs, retryAtMostMs } = timings
  const verdict = judgeFailure(failures, {
    maxAttempts,
    maxHostLosses,
    nodeRetries,
    retryMs,
    retryAtMostMs,
  })
  log.warn({ attempt, hostId, cause, ...verdict }, 'attempt failed')
  if (verdict.action === 'fail') {
    const { deadLetter } = verdict
    return finish(turn, { status: 'failed', error, ...(warnings ? { warnings } : {}), deadLetter })
  }
  // noted first: should we die in between, the attempt is known to have failed
  await saveRun(turn, { ...run, failures, orphanedAt: null })
  const written = await writer.append(toQueuedAgain)
  if (!written) return BACK
  await deps.deadlines.note(writer.snapshot)
  return { ticket: 'back', delayMs: verdict.delayMs }
}

export async function finish(turn: Turn, ending: Ending): Promise<Outcome> {
  const { writer, log, deps, jobId } = turn
  const times = turn.stopwatch.enter(null)
  const written = await writer.append((snapshot) => toEnd(snapshot, { ...ending, times }))
  // refused: it has ended in another way, is another worker's, or its cancel wants to be confirmed first
  if (!written) return !writer.lost && isTerminal(writer.snapshot.status) ? SPENT : BACK
  const code = 'error' in ending ? { code: ending.error.code } : {}
  log.info({ outcome: ending.status, ...code, phases: times }, 'job finished')
  await deps.extraData.drop(jobId)
  return SPENT
}
