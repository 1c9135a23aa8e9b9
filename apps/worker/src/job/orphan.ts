/** Orphans: prompts that nobody follows are stopped, and verified, before their job goes another way. */
import type { HostClient, PromptEnd, RunPrompt } from '@safelight/comfyui'
import type { Workflow } from '@safelight/shared'
import type { AttemptRecord } from '@safelight/store'
import type { WorkerTimings } from '../timings.ts'
import { promptIdOf } from '@safelight/store'
import { checkedHost, ClaimLost } from './claim-check.ts'
import type { Handling } from './handling.ts'

/**
 * Looks for the attempt's prompt and stops it.
 * @param timings in place of the worker's own, with which a job that is to go on is not kept waiting
 * @returns how it ended, `succeeded` too, when it was faster; null when the host cannot be reached
 */
export async function stopOrphan(
  handling: Handling,
  record: AttemptRecord,
  timings: StopPromptOptions['timings'] = handling.deps.timings,
): Promise<PromptEnd | null> {
  const { deps, jobId, asked } = handling
  const { hostId } = record
  const client = deps.connect(hostId, record.hostUrl)
  if (!client) return null
  const { targets } = handling.writer.snapshot.limits
  const told = { hostId, jobId, promptId: record.promptId }
  try {
    const end = await stopPrompt({
      ...(asked && targets ? { asked: { workflow: asked.workflow, targets } } : {}),
      runPrompt: deps.runPrompt,
      client: checkedHost(client, handling.checkClaim),
      promptId: promptIdOf(jobId, record.attempt),
      knownPromptId: record.promptId,
      timings,
    })
    const promptId = end.promptId ?? record.promptId
    deps.emit('orphan:ended', { ...told, promptId, end: end.outcome, error: null })
    return end
  } catch (error) {
    if (error instanceof ClaimLost) throw error
    deps.emit('orphan:ended', { ...told, end: 'out_of_reach', error })
    return null
  }
}

/** Takes it off the host without a look at what it said or made: that may be what costs workers their lives. */
export async function stopUnseen(handling: Handling, record: AttemptRecord): Promise<void> {
  const { deps, log } = handling
  const { hostId, promptId } = record
  const host = deps.connect(hostId, record.hostUrl)
  if (!host) return
  try {
    const client = checkedHost(host, handling.checkClaim)
    await client.deletePending(promptId)
    // a host that knows only one interrupt for all refuses: there it runs to its end
    await client.interrupt(promptId)
  } catch (error) {
    if (error instanceof ClaimLost) throw error
    log.warn({ hostId, err: error }, 'prompt of a job that is given up not stopped')
  }
}

/**
 * The job goes on, or ends, without it: should its host come back, whoever reaches it stops the prompt.
 * @throws ClaimLost: it is followed by another worker
 */
export async function noteOrphan(handling: Handling, record: AttemptRecord): Promise<void> {
  await handling.checkClaim.anew()
  await noteOrphanOf(handling.deps, handling.jobId, record)
}

export async function noteOrphanOf(
  deps: Pick<Handling['deps'], 'orphans'>,
  jobId: string,
  record: AttemptRecord,
): Promise<void> {
  const promptId = promptIdOf(jobId, record.attempt)
  await deps.orphans.add(record.hostId, { promptId, knownPromptId: record.promptId })
}

export interface StopPromptOptions {
  runPrompt: RunPrompt
  client: HostClient
  promptId: string
  knownPromptId: string
  timings: Pick<WorkerTimings, 'session' | 'orphan'>
  /** Where only some outputs were asked for: what it made of others is not told. */
  asked?: { workflow: Workflow; targets: readonly string[] }
}

/** A session that is canceled before it begins: it looks for the prompt and stops it, but submits nothing. */
export async function stopPrompt(options: StopPromptOptions): Promise<PromptEnd> {
  const { runPrompt, client, promptId, knownPromptId, timings, asked = { workflow: {} } } = options
  return runPrompt({
    client,
    ...asked,
    promptId,
    knownPromptId,
    timings: { ...timings.session, ...timings.orphan, stallMs: Number.POSITIVE_INFINITY },
    signal: AbortSignal.abort('cancel'),
    onUpdate() {},
  })
}
