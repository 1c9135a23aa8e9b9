/** What to do with a job that was just claimed. Pure: from its snapshot and the run that was saved. */
import { isTerminal, type Snapshot } from '@safelight/shared'
import type { Claim, Run } from '@safelight/shared/server'

export type TurnPlan =
  /** It has ended already. */
  | { action: 'none' }
  /** Its cancel was asked while nobody ran it; `run` is what may be left on a host. */
  | { action: 'confirm_cancel'; run: Run | null }
  | { action: 'exhausted' }
  | RunPlan

export interface RunPlan {
  action: 'run'
  attempt: number
  /** Set when the prompt of this very attempt may still be on its host: adopt it. */
  run: Run | null
  /** Where the attempt before this one failed. */
  lastHostId: string | null
}

/**
 * A job that is still `running` lost its worker, not its prompt: the attempt, and with it the
 * promptId, stay the same. One that is `queued` again was given up for a reason: a new attempt.
 */
export function planTurn(claim: Claim, maxAttempts: number): TurnPlan {
  const { snapshot, run } = claim
  if (isTerminal(snapshot.status)) return { action: 'none' }
  if (snapshot.status === 'canceling') return { action: 'confirm_cancel', run }
  const current = isCurrent(run, snapshot) ? run : null
  const attempt = snapshot.status === 'running' ? snapshot.attempt : snapshot.attempt + 1
  if (attempt > maxAttempts) return { action: 'exhausted' }
  return { action: 'run', attempt, run: current, lastHostId: run?.hostId ?? null }
}

function isCurrent(run: Run | null, snapshot: Snapshot): boolean {
  return snapshot.status === 'running' && run?.attempt === snapshot.attempt
}
