/** A job whose host cannot be reached from here waits, for a while, for a worker that can. */
import type { Run } from '@safelight/store'
import { saveRun } from './attempt.ts'
import type { Outcome } from './conclude.ts'
import type { Turn } from './turn.ts'

/** @returns how the ticket leaves; null when the host is in reach, or the wait is over */
export async function waitForHost(turn: Turn, run: Run): Promise<Outcome | null> {
  const { deps, log } = turn
  if (deps.fleet.find(run.hostId)?.state.reachable) return null
  const now = deps.clock.now()
  const since = run.orphanedAt ?? now
  if (now - since >= deps.adoptWaitMs) return null
  if (run.orphanedAt === null) {
    log.info({ hostId: run.hostId }, 'waiting for a worker that can reach the host')
    await saveRun(turn, { ...run, orphanedAt: since })
  }
  return { ticket: 'back', delayMs: deps.timings.adoptLookMs }
}
