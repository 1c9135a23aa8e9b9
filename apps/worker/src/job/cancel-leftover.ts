/** Stops what a worker that died may have left on a host, for a job whose cancel was asked. */
import type { Run } from '@safelight/shared/server'
import { promptIdOf } from './derived-id.ts'
import type { Turn } from './turn.ts'

export async function cancelLeftover(turn: Turn, run: Run | null): Promise<void> {
  if (!run) return
  const { deps, jobId, log } = turn
  const host = deps.fleet.find(run.hostId)
  const workflow = await deps.store.loadWorkflow(jobId)
  if (!host?.state.reachable || !workflow) return
  try {
    // canceled before it begins: it looks for the prompt and stops it, but submits nothing
    const end = await deps.runPrompt({
      client: host.client,
      workflow,
      promptId: promptIdOf(jobId, run.attempt),
      knownPromptId: run.promptId,
      stallMs: deps.stallMs,
      timings: deps.timings,
      signal: AbortSignal.abort('cancel'),
      onUpdate() {},
    })
    log.info({ hostId: host.hostId, promptId: end.promptId, end: end.outcome }, 'leftover canceled')
  } catch (error) {
    // the job ends as canceled all the same: nobody will look at that picture
    log.warn({ hostId: host.hostId, err: error }, 'leftover not canceled')
  }
}
