/** One attempt: one prompt on one host, from the first word to the watchers to its end as history tells it. */
import {
  type HostClient,
  modelsOf,
  outputNodesOf,
  startProgress,
  type TrackerState,
} from '@safelight/comfyui'
import type { Warning, Workflow } from '@safelight/shared'
import type { FailedAttempt, Run } from '@safelight/store'
import type { Host } from '../hosts/host.ts'
import { type CollectDecision, type Conclusion, decideEnd, decideThrown } from './decide-end.ts'
import { toProgressed } from './decisions.ts'
import { promptIdOf } from './derived-id.ts'
import { guardHost } from './guard.ts'
import { createUpdateReporter } from './report-updates.ts'
import type { Turn } from './turn.ts'

export interface AttemptOptions {
  host: Host
  workflow: Workflow
  attempt: number
  /** Of the attempts before. */
  failures: FailedAttempt[]
  /** The run of this very attempt that another worker began: adopted when it is still there. */
  adopt: Run | null
}

export interface AttemptResult {
  decision: CollectDecision | Conclusion
  /** Where it ran. */
  run: Run
  tracker: TrackerState
  warnings: Warning[]
}

export async function runAttempt(turn: Turn, options: AttemptOptions): Promise<AttemptResult> {
  const { deps, jobId, writer, stop, log } = turn
  const { host, workflow, attempt, failures, adopt } = options
  const promptId = promptIdOf(jobId, attempt)
  const tracker = await createTracker(turn, workflow, host)
  // before the host is even asked: a page that watches never shows 0/0
  await writer.append((snapshot) => toProgressed(snapshot, tracker))

  const reporter = createUpdateReporter(turn, tracker)
  const follow = host.follow(jobId, modelsOf(workflow))
  let run: Run = {
    attempt,
    hostId: host.hostId,
    promptId: adopt?.promptId ?? promptId,
    hostUrl: toOpenUrl(host.client),
    failures,
    orphanedAt: null,
  }
  const result = (decision: AttemptResult['decision']): AttemptResult => ({
    decision,
    run,
    tracker: reporter.tracker,
    warnings: reporter.warnings,
  })

  try {
    // before the prompt is submitted: whoever finds us dead must know where to look
    await saveRun(turn, run)
    const extraData = await deps.extraData.load(jobId)
    // also when it is to be stopped already: what another worker left on the host must be stopped, too
    const end = await deps.runPrompt({
      client: guardHost(host.client, turn.guard),
      workflow,
      promptId,
      knownPromptId: adopt?.promptId ?? null,
      ...(extraData ? { extraData } : {}),
      timings: deps.timings.session,
      // a host whose executor is dead gives back what waits behind it
      signal: AbortSignal.any([stop.signal, follow.signal]),
      onUpdate(update) {
        follow.saw(update)
        reporter.onUpdate(update)
        if (update.type === 'submitted' && update.promptId !== run.promptId) {
          // an old host chose its own id
          run = { ...run, promptId: update.promptId }
          saveRun(turn, run).catch((error: unknown) => log.warn({ err: error }, 'run not saved'))
        }
      },
    })
    await reporter.flush()
    return result(decideEnd(follow.ended(end), { stop: stop.reason }))
  } catch (error) {
    log.warn({ err: error, stop: stop.reason }, 'attempt broke off')
    return result(
      decideThrown(error, { stop: stop.reason, storePauseMs: deps.timings.storePauseMs }),
    )
  } finally {
    follow.close()
    reporter.close()
  }
}

/** The progress of a workflow of which nothing has run yet. */
export async function createTracker(
  { deps }: Turn,
  workflow: Workflow,
  host: Host | null,
): Promise<TrackerState> {
  const outputNodes = outputNodesOf(workflow, host?.state.nodeClasses ?? {})
  const costs = await deps.costs.costs()
  return startProgress({ workflow, outputNodes, costs }, deps.clock.now())
}

/** Notes where the job is, for a successor. A newer worker's note stays. */
export async function saveRun({ deps, jobId, fence, writer }: Turn, run: Run): Promise<void> {
  if ((await deps.store.saveRun(jobId, fence, run)) === 'fenced') writer.lose()
}

/** Null when the address holds credentials: those stay in the process that was given them. */
function toOpenUrl({ baseUrl }: HostClient): string | null {
  const { username, password } = new URL(baseUrl)
  return username === '' && password === '' ? baseUrl : null
}
