/** What a prompt made that did not come to its end: brought home before the job's end is told, for nothing is taken after it. */
import { type FileItem, type HostClient, type PromptEnd, type TextItem } from '@safelight/comfyui'
import type { AttemptRecord } from '@safelight/store'
import { chooseOutputs, openRoom } from '../outputs/choose-outputs.ts'
import { createOutputOrder } from '../outputs/order.ts'
import { createShownOutputs } from '../outputs/shown-outputs.ts'
import type { Asked } from './asked.ts'
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
  record: AttemptRecord
  asked: Asked
}

/**
 * A cancel is to be confirmed soon, and so is any other end: files that were made before it are waited for as long as
 * `lateOutputsMs`, and no longer. What is not here by then stays on the host.
 */
export async function bringLate(
  handling: Handling,
  decision: JobDecision | CollectDecision,
  { host, made, record, asked }: LateFiles,
): Promise<void> {
  const { deps, jobId, writer, log } = handling
  if (made.length === 0 || !endsJob(handling, decision, record)) return
  const { hostId } = host
  const late = new AbortController()
  const callOff = deps.clock.after(deps.timings.lateOutputsMs, () => late.abort('late'))
  try {
    const { files } = chooseOutputs(jobId, {
      listed: made,
      places: asked.places,
      kept: writer.snapshot.outputs,
    })
    const untold = await bringOutputs(
      handling,
      openKeeping(handling, { hostId, workflow: asked.workflow }),
      {
        client: host.client,
        files: [...files.values()],
        signal: late.signal,
      },
    )
    for (const decide of untold) await writer.append(decide)
  } catch (error) {
    // the end is what matters
    log.info({ err: error }, 'not all that was made before the end is here')
  } finally {
    callOff()
  }
}

function endsJob(
  handling: Handling,
  decision: JobDecision | CollectDecision,
  record: AttemptRecord,
): boolean {
  if (decision.action === 'give_up') return !willRetry(handling, decision, record)
  return decision.action === 'cancel' || decision.action === 'fail'
}

/** What a prompt had made before that was stopped while nobody had it in hand. */
export async function bringCanceled(
  handling: Handling,
  record: AttemptRecord,
  { outputs: made }: PromptEnd & { outcome: 'canceled' },
): Promise<void> {
  const { deps, asked } = handling
  const { hostId } = record
  const client = deps.connect(hostId, record.hostUrl)
  if (!client || !asked) return
  const cancel = { action: 'cancel', confirmed: true } as const
  const host = { hostId, client }
  await bringLate(handling, cancel, { host, made, record, asked })
}

export interface HeardTexts {
  hostId: string
  asked: Asked
  texts: readonly TextItem[]
}

/** The texts of a prompt that nobody here has followed. @returns how many found no room in the record */
export async function keepTexts(
  handling: Handling,
  { hostId, asked, texts }: HeardTexts,
): Promise<number> {
  const { writer, log } = handling
  const { workflow, places } = asked
  const { keeping, announce } = openKeeping(handling, { hostId, workflow })
  const shown = createShownOutputs({
    keeping,
    workflow,
    order: createOutputOrder(places),
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
