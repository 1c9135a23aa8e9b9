/** The last phase of a job: its outputs come home, each announced as it lands, and then the bar is full. */
import { completeProgress, type FileItem, type HostClient } from '@safelight/comfyui'
import { collectOutputs } from '../outputs/collect.ts'
import type { AttemptResult } from './attempt.ts'
import { toCompleteProgress, toOutput, toPhase } from './decisions.ts'
import type { Turn } from './turn.ts'

export interface Harvest {
  client: HostClient
  files: readonly FileItem[]
  result: AttemptResult
}

export async function collectJob(turn: Turn, { client, files, result }: Harvest): Promise<void> {
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
    saveAsset: (asset) => deps.store.saveAsset(asset),
    onOutput: async (output) => {
      await writer.append((snapshot) => toOutput(snapshot, output))
    },
    signal: stop.signal,
  })
  const complete = completeProgress(tracker)
  await writer.append((snapshot) => toCompleteProgress(snapshot, complete))
}
