/** What a prompt made that did not come to its end: brought home before the job's end is told, for nothing is taken after it. */
import { type FileItem, type HostClient, placesOf, type TextItem } from '@safelight/comfyui'
import type { Workflow } from '@safelight/shared'
import { chooseOutputs, openRoom } from '../outputs/choose-outputs.ts'
import { createOutputOrder } from '../outputs/order.ts'
import { createShownOutputs } from '../outputs/shown-outputs.ts'
import type { AttemptResult } from './attempt.ts'
import { willRetry } from './conclude.ts'
import type { CollectDecision, JobDecision } from './decide-job.ts'
import type { Handling } from './handling.ts'
import { bringOutputs, openKeeping } from './output-keeping.ts'

/** @returns how a job that has failed for good, and made something before, has that collected like any other; null when not */
export function collectLate(
  handling: Handling,
  decision: JobDecision | CollectDecision,
  { made, record }: Pick<AttemptResult, 'made' | 'record'>,
): CollectDecision | null {
  if (decision.action !== 'give_up' || decision.cause !== 'node') return null
  if (made.length === 0 || willRetry(handling, decision, record)) return null
  const { promptId } = record
  return { action: 'collect', promptId, files: [...made], partial: null, failed: decision }
}

interface LateFiles {
  host: { hostId: string; client: HostClient }
  made: readonly FileItem[]
  workflow: Workflow
  workflowText: string
}

/**
 * A cancel is to be confirmed soon: files that were made before it are waited for as long as `lateOutputsMs`, and no
 * longer. What is not here by then stays on the host.
 */
export async function bringLate(
  handling: Handling,
  decision: JobDecision | CollectDecision,
  { host, made, workflow, workflowText }: LateFiles,
): Promise<void> {
  const { deps, jobId, writer, log } = handling
  if (decision.action !== 'cancel' && decision.action !== 'fail') return
  if (made.length === 0) return
  const { hostId } = host
  const late = new AbortController()
  const callOff = deps.clock.after(deps.timings.lateOutputsMs, () => late.abort('late'))
  try {
    const { files } = chooseOutputs(jobId, {
      listed: made,
      places: placesOf(workflowText),
      kept: writer.snapshot.outputs,
    })
    await bringOutputs(handling, openKeeping(handling, { hostId, workflow }), {
      client: host.client,
      files: [...files.values()],
      signal: late.signal,
    })
  } catch (error) {
    // the end is what matters
    log.info({ err: error }, 'not all that was made before the end is here')
  } finally {
    callOff()
  }
}

export interface HeardTexts {
  hostId: string
  workflow: Workflow
  workflowText: string
  texts: readonly TextItem[]
}

/** The texts of a prompt that nobody here has followed. @returns how many found no room in the record */
export async function keepTexts(
  handling: Handling,
  { hostId, workflow, workflowText, texts }: HeardTexts,
): Promise<number> {
  const { writer, log } = handling
  const { keeping, announce } = openKeeping(handling, { hostId, workflow })
  const shown = createShownOutputs({
    keeping,
    workflow,
    order: createOutputOrder(placesOf(workflowText)),
    room: openRoom(writer.snapshot.outputs),
    log,
    onOutput: (kept) => announce(kept, null),
  })
  try {
    return await shown.settle(texts)
  } finally {
    await shown.close()
  }
}
