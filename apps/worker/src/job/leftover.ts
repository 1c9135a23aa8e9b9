/** What a worker that is gone left on a host: stopped, and verified, before the job goes another way. */
import type { PromptEnd, SessionTimings } from '@safelight/comfyui'
import type { Run } from '@safelight/shared/server'
import { promptIdOf } from './derived-id.ts'
import { guardHost, TurnLost } from './guard.ts'
import type { Turn } from './turn.ts'

/** Short: the job waits, and a host that does not answer cannot be helped by waiting. */
const TIMINGS: Partial<SessionTimings> = {
  firstLookMs: 1_000,
  unreachableMs: 5_000,
  stopMs: 15_000,
}

/**
 * Looks for the run's prompt and stops it, but submits nothing.
 * @returns how it ended, `succeeded` too, when it was faster; null when the host cannot be reached
 */
export async function stopLeftover(turn: Turn, run: Run): Promise<PromptEnd | null> {
  const { deps, jobId, log } = turn
  const { hostId } = run
  const baseUrl = deps.fleet.find(hostId)?.client.baseUrl ?? run.hostUrl
  const workflow = await deps.store.loadWorkflow(jobId)
  if (!baseUrl || !workflow) return null
  try {
    const end = await deps.runPrompt({
      client: guardHost(deps.connect(baseUrl), turn.guard),
      workflow,
      promptId: promptIdOf(jobId, run.attempt),
      knownPromptId: run.promptId,
      stallMs: deps.stallMs,
      timings: { ...deps.timings, ...TIMINGS },
      // canceled before it begins
      signal: AbortSignal.abort('cancel'),
      onUpdate() {},
    })
    log.info({ hostId, promptId: end.promptId, end: end.outcome }, 'leftover looked after')
    return end
  } catch (error) {
    if (error instanceof TurnLost) throw error
    log.warn({ hostId, err: error }, 'leftover out of reach')
    return null
  }
}
