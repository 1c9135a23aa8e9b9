/** The last phase of a job: its outputs come home, each announced as it lands, and then the bar is full. */
import { type FileItem, type HostClient, nodeTimings } from '@safelight/comfyui'
import { chooseOutputs } from '../outputs/choose-outputs.ts'
import { collectOutputs } from '../outputs/collect.ts'
import type { AttemptResult } from './attempt.ts'
import { type JobDecision, decideAfterError, decideCollected } from './decide-job.ts'
import { toCompleteProgress, toOutputEvent, toPhase, toProgressed } from './job-events.ts'
import { checkedHost } from './claim-check.ts'
import type { Handling } from './handling.ts'
import { addWarnings, toCutWarnings } from './warnings.ts'

export interface Harvest {
  client: HostClient
  files: readonly FileItem[]
  result: Pick<AttemptResult, 'tracker' | 'warnings' | 'partial'>
  /** The job is certainly ours, and needs its slot no longer. */
  onExecuted?(): Promise<void>
}

/** Never throws: what went wrong is a decision, too. */
export async function runCollectPhase(handling: Handling, harvest: Harvest): Promise<JobDecision> {
  const { deps, stop, log } = handling
  handling.stopwatch.enter('collect')
  try {
    await handling.checkClaim()
    await harvest.onExecuted?.()
    await collectJob(handling, harvest)
    await deps.costs.record(nodeTimings(harvest.result.tracker))
    return decideCollected(harvest.result.partial, {
      allowPartial: isPartialEnough(handling),
      stop: stop.reason,
    })
  } catch (error) {
    log.warn({ err: error, stop: stop.reason }, 'outputs not collected')
    return decideAfterError(error, { stop: stop.reason, storePauseMs: deps.timings.storePauseMs })
  }
}

async function collectJob(handling: Handling, { client, files, result }: Harvest): Promise<void> {
  const { deps, jobId, writer, stopwatch, stop } = handling
  const { tracker } = result
  const outputs = chooseOutputs(jobId, files)
  const warnings = addWarnings(toCutWarnings(outputs), result.warnings)
  const { times } = stopwatch
  await writer.append((snapshot) => toPhase(snapshot, { phase: 'collecting', times, warnings }))
  stop.signal.throwIfAborted()
  await collectOutputs({
    jobId,
    files: outputs.files,
    client,
    blobs: deps.blobs,
    maxBytes: deps.maxOutputBytes,
    retentionMs: deps.retentionMs,
    retryMs: deps.timings.fetchRetryMs,
    clock: deps.clock,
    now: () => deps.store.now(),
    saveAsset: async (asset) => {
      await handling.checkClaim(stop.signal)
      await deps.store.saveAsset(asset)
    },
    onOutput: async (output) => {
      await writer.append((snapshot) => toOutputEvent(snapshot, output))
    },
    signal: stop.signal,
  })
  // a job that is going to fail has no full bar
  const isWhole = result.partial === null || isPartialEnough(handling)
  await writer.append((snapshot) =>
    isWhole ? toCompleteProgress(snapshot, tracker) : toProgressed(snapshot, tracker),
  )
}

function isPartialEnough({ writer }: Handling): boolean {
  return writer.snapshot.limits.allowPartial === true
}

/** The host need not keep the graph and its prompts any longer. Only once the end is on record: until then it is our proof. */
export async function forget(
  handling: Handling,
  client: HostClient,
  promptId: string,
): Promise<void> {
  await checkedHost(client, handling.checkClaim)
    .forget(promptId)
    .catch((error: unknown) => handling.log.debug({ err: error }, 'prompt not forgotten'))
}
