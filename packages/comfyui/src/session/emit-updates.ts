/** What a session emits to its caller: each fact once, and messages only when they are of our prompt. */
import type { HostMessage } from '../protocol/host-message.ts'
import type { Attribution } from './attribute.ts'
import { attribute, startAttribution } from './attribute.ts'
import type { PromptOptions, PromptUpdate } from './types.ts'

/** Messages kept before the prompt's id is known (a host that chooses ids may start before it answers). */
const MAX_EARLY = 256

export interface UpdateEmitterOptions {
  prompt: PromptOptions
  /** Before it is emitted, if it is. Early ones are observed twice: when they come, and when their prompt is known. */
  onMessage(message: HostMessage, ours: boolean): void
  /** `onUpdate` threw: the session must end with that error, not the process. */
  onFault(error: unknown): void
}

export interface UpdateEmitter {
  /** A message of the socket: kept until the host has the prompt, then emitted if it is ours. */
  receive(message: HostMessage): void
  setSocket(open: boolean): void
  /** The host has the prompt: emits that, then what was received before. */
  submit(update: PromptUpdate & { type: 'submitted' }): void
  /** What the last look found; before `submit` too, for what was received earlier. */
  setRunning(running: boolean): void
  /** What is known of the socket now; emitted when it changes. */
  setDeaf(deaf: boolean | null): void
  /** It was heard to succeed, and a look did not find it so. */
  setUnsettled(): void
  /** Nothing is emitted any more. */
  close(): void
}

export function createUpdateEmitter(options: UpdateEmitterOptions): UpdateEmitter {
  const { prompt } = options
  let state: Attribution | null = null
  let foundRunning = false
  let early: HostMessage[] = []
  let emittedRunning = false
  let emittedDeaf: boolean | null = null
  let emittedUnsettled = false
  let closed = false

  const emit = (update: PromptUpdate) => {
    if (closed) return
    try {
      prompt.onUpdate(update)
    } catch (error) {
      closed = true
      options.onFault(error)
    }
  }

  const emitRunning = () => {
    if (emittedRunning || !foundRunning || !state) return
    emittedRunning = true
    emit({ type: 'running' })
  }

  const emitIfOurs = (message: HostMessage, known: Attribution) => {
    const attributed = attribute(known, message)
    state = attributed.state
    options.onMessage(attributed.message, attributed.ours)
    if (attributed.ours) emit({ type: 'message', message: attributed.message })
  }

  return {
    receive(message) {
      if (closed) return
      if (message.type === 'unknown') {
        options.onMessage(message, false)
        return emit({ type: 'unknown', name: message.name })
      }
      if (state) return emitIfOurs(message, state)
      if (early.length < MAX_EARLY) early.push(message)
      options.onMessage(message, false)
    },
    setSocket(open) {
      // what ran when the connection broke may have ended since
      if (!open && state) state = { ...state, announcedRunning: false }
      if (!open) early = early.filter((message) => message.type !== 'preview')
      emit({ type: 'socket', open })
    },
    submit(update) {
      emit(update)
      state = { ...startAttribution(update.promptId, Object.keys(prompt.workflow)), foundRunning }
      for (const message of early.splice(0)) emitIfOurs(message, state)
      emitRunning()
    },
    setRunning(running) {
      foundRunning = running
      if (state) state = { ...state, foundRunning }
      emitRunning()
    },
    setDeaf(deaf) {
      if (deaf === null || deaf === emittedDeaf) return
      emittedDeaf = deaf
      emit({ type: 'deaf', deaf })
    },
    setUnsettled() {
      if (emittedUnsettled) return
      emittedUnsettled = true
      emit({ type: 'unsettled' })
    },
    close() {
      closed = true
    },
  }
}
