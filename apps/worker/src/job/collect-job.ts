/** The last phase of a job: its outputs come home, each announced as it lands, and then the bar is full. */
import { type FileItem, type HostClient, nodeTimings } from '@safelight/comfyui'
import { collectOutputs } from '../outputs/collect.ts'
import type { AttemptResult } from './attempt.ts'
import { type Conclusion, decideThrown } from './decide-end.ts'
import { toCompleteProgress, toOutput, toPhase } from './decisions.ts'
import { guardHost } from './guard.ts'
import type { Turn } from './turn.ts'

export interface Harvest {
  client: HostClient
  files: readonly FileItem[]
  result: Pick<AttemptResult, 'tracker' | 'warnings'>
  /** The job is certainly ours, and needs its seat no longer. */
  onExecuted?(): Promise<void>
}

/** Never throws: what went wrong is a conclusion, too. */
export async function collect(turn: Turn, harvest: Harvest): Promise<Conclusion> {
  const { deps, stop, log } = turn
  turn.stopwatch.enter('collect')
  try {
    await turn.guard()
    await harvest.onExecuted?.()
    await collectJob(turn, harvest)
    await deps.costs.learn(nodeTimings(harvest.result.tracker))
    return { action: 'succeed' }
  } catch (error) {
    log.warn({ err: error, stop: stop.reason }, 'outputs not collected')
    return decideThrown(error, { stop: stop.reason, storePauseMs: deps.timings.storePauseMs })
  }
}

async function collectJob(turn: Turn, { client, files, result }: Harvest): Promise<void> {
  const { deps, jobId, writer, stopwatch, stop } = turn
  const { warnings, tracker } = result
  const { times } = stopwatch
  await writer.append((snapshot) => toPhase(snapshot, { phase: 'collecting', times, warnings }))
  stop.signal.throwIfAborted()
  await collectOutputs({
    jobId,
    files,
    client,
    blobs: deps.blobs,
    maxBytes: deps.maxOutputBytes,
    retentionMs: deps.retentionMs,
    retryMs: deps.timings.fetchRetryMs,
    clock: deps.clock,
    saveAsset: async (asset) => {
      await turn.guard(stop.signal)
      await deps.store.saveAsset(asset)
    },
    onOutput: async (output) => {
      await writer.append((snapshot) => toOutput(snapshot, output))
    },
    signal: stop.signal,
  })
  await writer.append((snapshot) => toCompleteProgress(snapshot, tracker))
}

/** The host need not keep the graph and its prompts any longer. Only once the end is on record: until then it is our proof. */
export async function forget(turn: Turn, client: HostClient, promptId: string): Promise<void> {
  await guardHost(client, turn.guard)
    .forget(promptId)
    .catch((error: unknown) => turn.log.debug({ err: error }, 'prompt not forgotten'))
}
