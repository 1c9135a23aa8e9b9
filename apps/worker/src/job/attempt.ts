/** One attempt: one prompt on one host, from the first word to the watchers to its end as history tells it. */
import { outputNodesOf, startProgress, type TrackerState } from '@safelight/comfyui'
import type { Warning, Workflow } from '@safelight/shared'
import type { Run } from '@safelight/shared/server'
import type { Host } from '../hosts/host.ts'
import { type CollectDecision, type Conclusion, decideEnd, decideThrown } from './decide-end.ts'
import { toProgressed } from './decisions.ts'
import { promptIdOf } from './derived-id.ts'
import { createUpdateReporter } from './report-updates.ts'
import type { Turn } from './turn.ts'

export interface AttemptOptions {
  host: Host
  workflow: Workflow
  attempt: number
  /** The run of this very attempt that another worker began: adopted when it is still there. */
  adopt: Run | null
}

export interface AttemptResult {
  decision: CollectDecision | Conclusion
  tracker: TrackerState
  warnings: Warning[]
}

export async function runAttempt(turn: Turn, options: AttemptOptions): Promise<AttemptResult> {
  const { deps, jobId, fence, writer, stop, log } = turn
  const { host, workflow, attempt, adopt } = options
  const promptId = promptIdOf(jobId, attempt)
  const outputNodes = outputNodesOf(workflow, host.state.nodeClasses)
  const costs = await deps.costs.costs()
  const tracker = startProgress({ workflow, outputNodes, costs }, deps.clock.now())
  // before the host is even asked: a page that watches never shows 0/0
  await writer.append((snapshot) => toProgressed(snapshot, tracker.progress))

  const reporter = createUpdateReporter(turn, tracker)
  const facts = () => ({ attempt, maxAttempts: deps.maxAttempts, stop: stop.reason })
  const result = (decision: AttemptResult['decision']): AttemptResult => ({
    decision,
    tracker: reporter.tracker,
    warnings: reporter.warnings,
  })
  const saveRun = async (id: string) => {
    const saved = await deps.store.saveRun(jobId, fence, {
      attempt,
      hostId: host.hostId,
      promptId: id,
    })
    if (saved === 'fenced') stop.stop('lock-lost')
  }

  try {
    // before the prompt is submitted: whoever finds us dead must know where to look
    await saveRun(adopt?.promptId ?? promptId)
    const extraData = await deps.extraData.load(jobId)
    stop.signal.throwIfAborted()
    const end = await deps.runPrompt({
      client: host.client,
      workflow,
      promptId,
      knownPromptId: adopt?.promptId ?? null,
      ...(extraData ? { extraData } : {}),
      stallMs: deps.stallMs,
      timings: deps.timings,
      signal: stop.signal,
      onUpdate(update) {
        reporter.onUpdate(update)
        if (update.type === 'submitted' && update.promptId !== promptId) {
          // an old host chose its own id
          saveRun(update.promptId).catch((error: unknown) =>
            log.warn({ err: error }, 'run not saved'),
          )
        }
      },
    })
    await reporter.flush()
    return result(decideEnd(end, facts()))
  } catch (error) {
    log.warn({ err: error, stop: stop.reason }, 'attempt broke off')
    return result(decideThrown(error, facts()))
  } finally {
    reporter.close()
  }
}
