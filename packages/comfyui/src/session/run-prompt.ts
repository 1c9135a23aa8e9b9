/**
 * `runPrompt`: one execution of a workflow on one host, from submit or adoption to an end decided by history.
 *
 *   connecting  the socket opens with clientId = promptId, while we look whether the host has the prompt
 *   submitting  see submit.ts; a socket that does not open in time is left to come later
 *   watching    see watch-prompt.ts; messages are passed on as hints, polls of history decide
 *   ended       the socket is closed before the promise settles; nothing is heard or sent any more
 *
 * A detach (abort for any reason but `'cancel'` and `'timeout'`) ends it in every state and leaves the prompt to the host.
 */
import { adoptOrSubmit } from './submit.ts'
import { createContact } from './contact.ts'
import { createDeafness } from './deafness.ts'
import { createHearing } from './hearing.ts'
import { createPace } from './pace.ts'
import { openPromptSocket } from './socket.ts'
import { createStallClock } from './stall.ts'
import { createStopRequest } from './stop-request.ts'
import type { SessionTimings } from './timings.ts'
import { DEFAULT_TIMINGS } from './timings.ts'
import type { PromptEnd, PromptOptions, RunPrompt } from './types.ts'
import { createWake } from './wake.ts'
import { watchPrompt } from './watch-prompt.ts'

export const runPrompt: RunPrompt = async (prompt) => {
  const timings = toTimings(prompt)
  const wake = createWake()
  const pace = createPace(timings)
  const contact = createContact(timings.unreachableMs, performance.now())
  const stall = createStallClock(prompt.stallMs)
  const deafness = createDeafness(timings.deafMs)
  const stop = createStopRequest({
    signal: prompt.signal,
    graceMs: timings.detachGraceMs,
    onCancel: () => wake.wake(),
  })
  let heardAnything = false
  let fault: { error: unknown } | null = null
  let hostPromptId: string | null = null

  const hearing = createHearing({
    prompt,
    onHeard(what) {
      deafness.heard(what)
      hearing.deaf(deafness.verdict)
      if (what !== 'others') contact.made(performance.now())
      if (!heardAnything) wake.wake()
      heardAnything = true
    },
    onMoved: () => stall.moved(performance.now()),
    onEndAnnounced() {
      pace.hurry()
      wake.wake()
    },
    onFault(error) {
      fault = { error }
      wake.wake()
    },
  })
  const throwFault = () => {
    if (fault) throw fault.error
  }
  const socket = openPromptSocket({
    baseUrl: prompt.client.baseUrl,
    clientId: prompt.promptId,
    timings: timings.socket,
    onOpen() {
      hearing.socket(true)
      wake.wake()
    },
    onClosed: () => hearing.socket(false),
    onMessage: (message) => hearing.hear(message),
  })

  /** The host has registered the socket when it has said its first word (`status`). */
  async function socketReady(): Promise<void> {
    const until = performance.now() + timings.socketGraceMs
    for (;;) {
      throwFault()
      const leftMs = until - performance.now()
      if (heardAnything || leftMs <= 0 || stop.canceled) return
      await wake.wait(leftMs, stop.detach)
    }
  }

  async function run(): Promise<PromptEnd> {
    const submitted = await adoptOrSubmit({ prompt, stop, timings, socketReady })
    if (!submitted) return { outcome: 'canceled', promptId: null, outputs: [] }
    hostPromptId = submitted.promptId
    const { promptId, adopted, nodeErrors, running } = submitted
    hearing.saw(running)
    hearing.submitted({ type: 'submitted', promptId, adopted, nodeErrors })
    stop.detach.throwIfAborted()
    return watchPrompt({
      client: prompt.client,
      promptId,
      socket,
      stop,
      timings,
      wake,
      pace,
      contact,
      stall,
      deafness,
      onSighting: (sighting) => hearing.saw(sighting.at === 'running'),
      onDeafness: (verdict) => hearing.deaf(verdict),
      throwFault,
    })
  }

  try {
    return await run()
  } catch (error) {
    if (stop.detach.aborted) return { outcome: 'detached', promptId: hostPromptId }
    throw error
  } finally {
    hearing.end()
    stop.close()
    await socket.close()
  }
}

function toTimings({ pollMs, timings }: PromptOptions): SessionTimings {
  return { ...DEFAULT_TIMINGS, ...(pollMs === undefined ? {} : { pollMs }), ...timings }
}
