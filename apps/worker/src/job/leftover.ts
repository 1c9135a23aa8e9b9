/** What a worker that is gone left on a host: stopped, and verified, before the job goes another way. */
import type { HostClient, PromptEnd, RunPrompt } from '@safelight/comfyui'
import type { Run } from '@safelight/store'
import type { WorkerTimings } from '../timings.ts'
import { promptIdOf } from './derived-id.ts'
import { guardHost, TurnLost } from './guard.ts'
import type { Turn } from './turn.ts'

/**
 * Looks for the run's prompt and stops it.
 * @returns how it ended, `succeeded` too, when it was faster; null when the host cannot be reached
 */
export async function stopLeftover(turn: Turn, run: Run): Promise<PromptEnd | null> {
  const { deps, jobId, log } = turn
  const { hostId } = run
  const baseUrl = deps.fleet.find(hostId)?.client.baseUrl ?? run.hostUrl
  if (!baseUrl) return null
  try {
    const end = await stopPrompt({
      runPrompt: deps.runPrompt,
      client: guardHost(deps.connect(baseUrl), turn.guard),
      promptId: promptIdOf(jobId, run.attempt),
      knownPromptId: run.promptId,
      timings: deps.timings,
    })
    log.info({ hostId, promptId: end.promptId, end: end.outcome }, 'leftover looked after')
    return end
  } catch (error) {
    if (error instanceof TurnLost) throw error
    log.warn({ hostId, err: error }, 'leftover out of reach')
    return null
  }
}

/** The job goes on, or ends, without it: should its host come back, whoever reaches it stops the prompt. */
export async function leaveBehind({ deps, jobId }: Turn, run: Run): Promise<void> {
  const promptId = promptIdOf(jobId, run.attempt)
  await deps.leftovers.note(run.hostId, { promptId, knownPromptId: run.promptId })
}

export interface StopOptions {
  runPrompt: RunPrompt
  client: HostClient
  promptId: string
  knownPromptId: string
  timings: Pick<WorkerTimings, 'session' | 'orphan'>
}

/** A session that is canceled before it begins: it looks for the prompt and stops it, but submits nothing. */
export async function stopPrompt(options: StopOptions): Promise<PromptEnd> {
  const { runPrompt, client, promptId, knownPromptId, timings } = options
  return runPrompt({
    client,
    workflow: {},
    promptId,
    knownPromptId,
    timings: { ...timings.session, ...timings.orphan, stallMs: Number.POSITIVE_INFINITY },
    signal: AbortSignal.abort('cancel'),
    onUpdate() {},
  })
}
