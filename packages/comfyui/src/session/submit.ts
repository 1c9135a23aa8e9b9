/**
 * Adopts the prompt when an earlier life of this attempt submitted it, or else submits it, once.
 *
 * The host does not deduplicate: an id posted twice runs twice, and on some versions kills the executor.
 * So: look, unless the caller knows that there is nothing → found: adopt. Not found → one POST; after several looks, when it is known to have been there. When its outcome is unknown (no answer, or an error of
 * the host's own) the prompt may well be queued: look twice more → found: go on; not found: throw, and
 * the caller tries again under a new id. So too when the host says that it has the id already (newer ones
 * may, with 409). There is one POST in this file and no way back to it. A client that has to prepare something first
 * says so when it has not come to posting (`NotSubmitted`).
 */
import type { NodeErrors } from '../client/types.ts'
import { HostError, NotSubmitted } from '../errors.ts'
import type { Wake } from './clock.ts'
import { findPrompt, type EarlierPrompt } from './find-prompt.ts'
import type { Observe } from './prompt-state.ts'
import type { StopRequest } from './stop-request.ts'
import type { SessionTimings } from './timings.ts'
import type { PromptOptions } from './types.ts'

const CONFLICT = 409
/** A host that was restarted has forgotten it, and whoever waits for its successor waits this much longer. */
const LOOKS_FOR_SUBMITTED = 4

export interface Submitted {
  /** The id the host knows the prompt by. */
  promptId: string
  adopted: boolean
  /** Those it runs; empty when it did not say. */
  outputNodes: string[]
  nodeErrors: NodeErrors
  /** Whether it was found running already. */
  running: boolean
}

export interface AdoptOrSubmitOptions {
  prompt: PromptOptions
  stop: StopRequest
  timings: SessionTimings
  observe: Observe
  /** A wait that nothing cuts short but a detach. */
  wait: Wake['wait']
  /**
   * Resolves when the socket is registered, or has had its chance: its time, or so many connections that failed.
   * @returns whether it is
   */
  socketReady(chance: { tries: number }): Promise<boolean>
}

/** @returns null when a cancel or a withdrawal came before the host had anything */
export async function adoptOrSubmit(options: AdoptOrSubmitOptions): Promise<Submitted | null> {
  const { prompt, stop, timings } = options
  const { client, promptId } = prompt

  // even when a cancel came first: what an earlier life submitted must be stopped too
  const earlier = (await isNew(options)) ? null : await searchAgain(options)
  if (earlier) return { ...earlier, adopted: true, nodeErrors: {} }
  if (prompt.heardSuccess) {
    // it has run: what is left is to wait for its history
    const known = prompt.knownPromptId ?? promptId
    return { promptId: known, adopted: true, outputNodes: [], nodeErrors: {}, running: false }
  }
  if (!stop.canceled && !stop.withdrawn) await options.socketReady({ tries: Infinity })
  stop.detach.throwIfAborted()
  if (stop.canceled || stop.withdrawn) return null

  try {
    const answer = await client.submit(
      {
        workflow: prompt.workflowText ?? prompt.workflow,
        clientId: promptId,
        promptId,
        ...(prompt.targets ? { targets: prompt.targets } : {}),
        ...(prompt.extraData ? { extraData: prompt.extraData } : {}),
      },
      // torn in the middle, it might queue the prompt after our next life has looked for it
      stop.detachLate,
    )
    return { ...answer, adopted: false, outputNodes: [], running: false }
  } catch (error) {
    stop.detach.throwIfAborted()
    if (error instanceof NotSubmitted && stop.withdrawn) return null
    if (isUnknownOutcome(error)) {
      let found = await search(options, timings.unreachableMs)
      if (!found) {
        await options.wait({ ms: timings.confirmMs, jitter: false }, stop.detach)
        found = await search(options, timings.unreachableMs)
      }
      // a conflict means that it was there before this POST
      if (found) return { ...found, adopted: isConflict(error), nodeErrors: {} }
    }
    if (stop.canceled) return null
    throw error
  }
}

/**
 * Whether there is nothing to look for, and the host is there to be asked: it has just answered on the socket. One
 * that has not may be away, and a look finds that out without the doubt that a POST would leave behind.
 */
async function isNew(options: AdoptOrSubmitOptions): Promise<boolean> {
  const { prompt, stop } = options
  if (!prompt.fresh || prompt.wasSubmitted || prompt.heardSuccess) return false
  return (await options.socketReady({ tries: 1 })) || stop.canceled || stop.withdrawn
}

/** What was there is looked for several times: it runs twice if history was only a moment behind. */
async function searchAgain(options: AdoptOrSubmitOptions): Promise<EarlierPrompt | null> {
  const { prompt, stop, timings } = options
  const looks = prompt.wasSubmitted ? LOOKS_FOR_SUBMITTED : 1
  // only what is on no host yet may be had sooner elsewhere
  const patienceMs = prompt.wasSubmitted ? timings.unreachableMs : timings.firstLookMs
  for (let left = looks; ; left -= 1) {
    const found = await search(options, patienceMs)
    if (found || left === 1) return found
    await options.wait({ ms: timings.confirmMs, jitter: false }, stop.detach)
  }
}

/** Looks for the prompt, and again while the host does not answer. @throws its last error when that goes on */
async function search(options: AdoptOrSubmitOptions, forMs: number): Promise<EarlierPrompt | null> {
  const { prompt, stop, observe } = options
  const { client, promptId, knownPromptId = null } = prompt
  observe({ type: 'search', forMs })
  for (;;) {
    try {
      return await findPrompt({ client, promptId, knownPromptId, signal: stop.detach })
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      const decision = observe({ type: 'unanswered', error })
      if (decision.action !== 'wait') throw error
      await options.wait(decision, stop.detach)
    }
  }
}

/** Whether the prompt may be queued though the POST failed: hosts answer 500 to prompts they keep. */
function isUnknownOutcome(error: unknown): boolean {
  if (!(error instanceof HostError) || error.code === 'unauthorized') return false
  if (error.code !== 'bad_status' || error.status === null) return true
  return error.status >= 500 || isConflict(error)
}

function isConflict(error: unknown): boolean {
  return error instanceof HostError && error.status === CONFLICT
}
