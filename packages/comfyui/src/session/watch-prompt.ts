/**
 * Watches a prompt that the host has, to its end. One loop; everything else only wakes it.
 *
 *   look ── in history ─────────────────────────────→ ended, as history says
 *    │ │     where its messages are wanted to the last one: when that has come, or nothing for `trailMs`
 *    │ ├─── in neither queue nor history, twice ────→ lost (after a stop: once → stopped)
 *    │ ├─── no answer for `unreachableMs` ──────────→ throws HostError
 *    │ └─── pending or running → wait → look again
 *    ├─ running and nothing received for `deafMs` → an open socket is opened anew
 *    ├─ withdrawn, and not begun → deleted from the host's queue; then nowhere, twice → withdrawn
 *    ├─ cancel requested, or running without movement for `stallMs` → stopping; next in line while
 *    │  nothing runs counts as running: a living executor would have begun it
 *    └─ stopping: every `interruptEveryMs` the host is asked to stop, until a look above ends it,
 *       or `stopMs` have passed → stalled, interrupted: false. That is also the end of a cancel the host
 *       never obeys: the truth is that the prompt may still run, so it is not called canceled.
 *
 * The wait is cut short by a cancel, by a message that announces the end (then the next looks follow
 * within milliseconds) and by every (re)connection of the socket, since messages were lost before it.
 */
import { HostError } from '../errors.ts'
import { askToStop } from './ask-to-stop.ts'
import type { Wake } from './clock.ts'
import type { Sighting } from './look.ts'
import { look } from './look.ts'
import type { Observe, PromptObservation } from './prompt-state.ts'
import type { PromptSocket } from './socket.ts'
import type { StopRequest } from './stop-request.ts'
import type { HostClient } from '../client/types.ts'
import type { PromptEnd } from './types.ts'

export interface WatchPromptOptions {
  client: HostClient
  promptId: string
  socket: PromptSocket
  stop: StopRequest
  /** Can be cut short. */
  wait: Wake['wait']
  observe: Observe
  onSighting(sighting: Sighting): void
  /** @throws what a listener threw */
  throwFault(): void
}

export async function watchPrompt(options: WatchPromptOptions): Promise<PromptEnd> {
  const { stop, observe } = options
  for (;;) {
    await untilLook(options)
    const decision = observe(await takeLook(options))
    if (decision.action === 'end') return decision.end
    if (decision.action === 'fail') throw decision.error
    // nothing else follows a look
    if (decision.action !== 'wait') continue
    if (decision.reopen) options.socket.reopen()
    await options.wait(decision, stop.detach)
  }
}

/** What is heard meanwhile makes the look early, or needless for a while. */
async function untilLook(options: WatchPromptOptions): Promise<void> {
  const { stop, observe } = options
  for (;;) {
    options.throwFault()
    const { canceled, withdrawn } = stop
    const decision = observe({ type: 'waited', canceled, withdrawn })
    if (decision.action !== 'wait') return
    await options.wait(decision, stop.detach)
  }
}

async function takeLook(options: WatchPromptOptions): Promise<PromptObservation> {
  const { client, promptId, stop, observe } = options
  const call = { client, promptId, signal: stop.detach }
  try {
    const { canceled, withdrawn } = stop
    const { action } = observe({ type: 'due', canceled, withdrawn })
    if (action === 'askToStop') await askToStop(call)
    // no interrupt: one that begins meanwhile goes on
    if (action === 'withdraw') await client.deletePending(promptId, stop.detach)
    const sighting = await look(call)
    options.onSighting(sighting)
    return { type: 'looked', sighting }
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    return { type: 'unanswered', error }
  }
}
