/** What is heard on the socket: kept until the host has the prompt, then passed on if it is ours. */
import type { HostMessage } from '../protocol/host-message.ts'
import type { Attribution } from './attribute.ts'
import { attribute, isEnd, startAttribution } from './attribute.ts'
import type { Heard } from './deafness.ts'
import { createMovement } from './movement.ts'
import type { PromptOptions, PromptUpdate } from './types.ts'

/** Messages kept before the prompt's id is known (a host that chooses ids may start before it answers). */
const MAX_EARLY = 256

export interface HearingOptions {
  prompt: PromptOptions
  /** Any frame at all. */
  onHeard(what: Heard): void
  /** A message of ours that changes something. */
  onMoved(): void
  /** A message of ours that announces the end. */
  onEndAnnounced(): void
  /** `onUpdate` threw: the session must end with that error, not the process. */
  onFault(error: unknown): void
}

export interface Hearing {
  hear(message: HostMessage): void
  socket(open: boolean): void
  /** The host has the prompt: announces it, then passes on what was heard before. */
  submitted(update: PromptUpdate & { type: 'submitted' }): void
  /** What the last look found; before `submitted` too, for what was heard earlier. */
  saw(running: boolean): void
  /** What is known of the socket now; passed on when it is news. */
  deaf(verdict: boolean | null): void
  /** Nothing is passed on any more. */
  end(): void
}

export function createHearing(options: HearingOptions): Hearing {
  const { prompt } = options
  const isMovement = createMovement()
  let state: Attribution | null = null
  let seenRunning = false
  let early: HostMessage[] = []
  let toldRunning = false
  let toldDeaf: boolean | null = null
  let ended = false

  const publish = (update: PromptUpdate) => {
    if (ended) return
    try {
      prompt.onUpdate(update)
    } catch (error) {
      ended = true
      options.onFault(error)
    }
  }

  const tellRunning = () => {
    if (toldRunning || !seenRunning || !state) return
    toldRunning = true
    publish({ type: 'running' })
  }

  const pass = (message: HostMessage, known: Attribution) => {
    const attributed = attribute(known, message)
    state = attributed.state
    options.onHeard(toHeard(message, attributed.ours))
    if (!attributed.ours) return
    if (isMovement(message)) options.onMoved()
    publish({ type: 'message', message })
    if (isEnd(message)) options.onEndAnnounced()
  }

  return {
    hear(message) {
      if (ended) return
      if (message.type === 'unknown') {
        options.onHeard('others')
        return publish({ type: 'unknown', name: message.name })
      }
      if (state) return pass(message, state)
      if (early.length < MAX_EARLY) early.push(message)
      options.onHeard('others')
    },
    socket(open) {
      // what ran when the connection broke may have ended since
      if (!open && state) state = { ...state, heardRunning: false }
      if (!open) early = early.filter((message) => message.type !== 'preview')
      publish({ type: 'socket', open })
    },
    submitted(update) {
      publish(update)
      state = {
        ...startAttribution(update.promptId, Object.keys(prompt.workflow)),
        seenRunning,
      }
      for (const message of early.splice(0)) pass(message, state)
      tellRunning()
    },
    saw(running) {
      seenRunning = running
      if (state) state = { ...state, seenRunning }
      tellRunning()
    },
    deaf(verdict) {
      if (verdict === null || verdict === toldDeaf) return
      toldDeaf = verdict
      publish({ type: 'deaf', deaf: verdict })
    },
    end() {
      ended = true
    },
  }
}

/** Without a prompt, `executing` is what every socket hears that opens while our prompt runs. */
function toHeard(message: HostMessage, ours: boolean): Heard {
  if (!ours) return 'others'
  return message.type === 'executing' && message.promptId === null ? 'hint' : 'ours'
}
