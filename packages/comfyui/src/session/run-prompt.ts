/**
 * `runPrompt`: one execution of a workflow on one host, from submit or adoption to an end decided by history.
 *
 *   connecting  the socket opens with clientId = promptId, while we look whether the host has the prompt, if it may
 *   submitting  see submit.ts; a socket that does not open in time is left to come later
 *   watching    see watch-prompt.ts; messages are passed on as hints, polls of history decide
 *   ended       nothing is received or sent any more; unless the prompt is over, the socket is closed before the
 *               promise settles
 *
 * A detach (abort for any reason but `'cancel'` and `'timeout'`) ends it in every state and leaves the prompt to the host.
 */
import { isPreview } from '../protocol/binary.ts'
import { createWake, steadyClock } from './clock.ts'
import { createUpdateEmitter } from './emit-updates.ts'
import { observePrompt } from './observe-prompt.ts'
import type { PromptDecision, PromptObservation } from './prompt-state.ts'
import { startPromptState } from './prompt-state.ts'
import { openPromptSocket } from './socket.ts'
import { createStopRequest } from './stop-request.ts'
import { adoptOrSubmit } from './submit.ts'
import { DEFAULT_TIMINGS } from './timings.ts'
import { keepAskedFor } from './to-end.ts'
import type { PromptEnd, PromptOptions, RunPrompt } from './types.ts'
import { watchPrompt } from './watch-prompt.ts'

export const runPrompt: RunPrompt = async (prompt) => {
  const { clock = steadyClock } = prompt
  const timings = { ...DEFAULT_TIMINGS, ...prompt.timings }
  const wake = createWake(clock)
  let state = startPromptState(prompt.promptId, timings, clock.now())
  if (prompt.heardSuccess) state = { ...state, heard: { ...state.heard, success: true } }
  if (prompt.hearOut) state = { ...state, trail: { ...state.trail, wanted: true } }
  let fault: { error: unknown } | null = null
  let hostPromptId: string | null = null

  const updates = createUpdateEmitter({
    prompt,
    onMessage: (message, ours) => observe({ type: 'message', message, ours }),
    onFault(error) {
      fault = { error }
      wake.wake()
    },
  })

  function observe(what: PromptObservation): PromptDecision {
    const observed = observePrompt(state, what, clock.now())
    state = observed.state
    updates.setDeaf(state.deaf)
    if (state.unsettledSince !== null && state.heard.success) updates.setUnsettled()
    // without a socket there is less to wait for
    if (observed.decision.action === 'hurry' || what.type === 'closed') wake.wake()
    return observed.decision
  }

  const throwFault = () => {
    if (fault) throw fault.error
  }
  const stop = createStopRequest({
    signal: prompt.signal,
    withdrawal: prompt.withdrawal,
    graceMs: timings.detachGraceMs,
    clock,
    onAsked: () => wake.wake(),
  })
  const socket = openPromptSocket({
    address: () => prompt.client.address().socket(prompt.promptId),
    timings: timings.socket,
    clock,
    observe,
    reads: (frame) => !isPreview(frame) || wantsPreviews(prompt),
    onOpen: () => updates.setSocket(true),
    onClosed: () => updates.setSocket(false),
    onMessage: (message) => updates.receive(message),
  })

  /** The host has registered the socket when it has sent its first message (`status`). */
  async function socketReady({ tries }: { tries: number }): Promise<boolean> {
    const until = clock.now() + timings.socketGraceMs
    for (;;) {
      throwFault()
      const leftMs = until - clock.now()
      const over = leftMs <= 0 || state.socket.failures >= tries || stop.canceled || stop.withdrawn
      if (state.received || over) return state.received
      await wake.wait({ ms: leftMs, jitter: false }, stop.detach)
    }
  }

  async function run(): Promise<PromptEnd> {
    // not the wake of the watch: what happens meanwhile must cut its first wait short
    const { wait } = createWake(clock)
    if (prompt.prepared && !(await prompt.prepared)) return { outcome: 'withdrawn', promptId: null }
    const submitted = await adoptOrSubmit({ prompt, stop, timings, observe, wait, socketReady })
    if (!submitted) {
      return stop.canceled
        ? { outcome: 'canceled', promptId: null, outputs: [] }
        : { outcome: 'withdrawn', promptId: null }
    }
    const { promptId, adopted, outputNodes, nodeErrors, running } = submitted
    hostPromptId = promptId
    observe({ type: 'submitted', promptId, adopted })
    updates.setRunning(running)
    updates.submit({ type: 'submitted', promptId, adopted, outputNodes, nodeErrors })
    stop.detach.throwIfAborted()
    return watchPrompt({
      client: prompt.client,
      promptId,
      socket,
      stop,
      wait: wake.wait,
      observe,
      onSighting: (sighting) => updates.setRunning(sighting.at === 'running'),
      throwFault,
    })
  }

  let over = false
  try {
    const end = await run()
    over = end.outcome === 'succeeded' || end.outcome === 'failed'
    return keepAskedFor(end, prompt)
  } catch (error) {
    if (stop.detach.aborted) return { outcome: 'detached', promptId: hostPromptId }
    throw error
  } finally {
    updates.close()
    stop.close()
    const closed = socket.close()
    // nobody opens one for a prompt that is over; for any other, two at once would make both deaf
    if (!over) await closed
  }
}

function wantsPreviews({ hearOut, previews }: PromptOptions): boolean {
  return hearOut === true || previews === undefined || previews()
}
