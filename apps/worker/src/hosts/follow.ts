/** One prompt of ours on a host, followed for what it shows of the host: does it run, do its messages arrive, does it move. */
import {
  type HostMessage,
  type LastMessages,
  noteMovement,
  type PromptEnd,
  type PromptUpdate,
} from '@safelight/comfyui'
import { assertNever } from '@safelight/shared'
import type { StuckPrompt } from '@safelight/store'

export interface PromptFollow {
  /**
   * Aborted with `cancel` when the host's executor is dead and this prompt only waits behind it: the
   * session then takes the prompt back, as it does for a cancel.
   */
  readonly signal: AbortSignal
  onUpdate(update: PromptUpdate): void
  /** @returns the end as the job should take it: a prompt that was taken back is lost, not canceled */
  toEndOfAttempt(end: PromptEnd): PromptEnd
  close(): void
}

export interface PromptToFollow {
  /** Known to be in memory when it runs. */
  models: readonly string[]
  /** ms until it should be over, from its beginning on if it waits; null when nobody can tell. */
  restMs: () => number | null
}

export interface FollowedPrompt extends PromptFollow {
  readonly jobId: string
  readonly running: boolean
  readonly deaf: boolean
  readonly restMs: PromptToFollow['restMs']
  /** The host cannot run it. Nothing happens when it runs already, or is what the host is stuck with. */
  takeBack(stuck: StuckPrompt): void
}

export interface FollowDeps {
  restMs: PromptToFollow['restMs']
  /** The prompt that the host is stuck with, if it is. */
  stuck(): StuckPrompt | null
  onRunning(): void
  onMoved(): void
  onDeaf(deaf: boolean): void
  onStuck(prompt: StuckPrompt): void
  onClosed(followed: FollowedPrompt): void
}

export function followPrompt(jobId: string, deps: FollowDeps): FollowedPrompt {
  const evict = new AbortController()
  let lastMessages: LastMessages = new Map()
  let promptId: string | null = null
  let running = false
  let deaf = false

  function begin(): void {
    if (running) return
    running = true
    deps.onMoved()
    deps.onRunning()
  }

  function noteMessage(message: HostMessage): void {
    const moved = noteMovement(lastMessages, message)
    if (!moved) return
    lastMessages = moved
    deps.onMoved()
  }

  const followed: FollowedPrompt = {
    jobId,
    restMs: deps.restMs,
    signal: evict.signal,
    get running() {
      return running
    },
    get deaf() {
      return deaf
    },
    onUpdate(update) {
      switch (update.type) {
        case 'submitted':
          promptId = update.promptId
          // adopted on a host that is stuck: one that runs already shows it right after this
          queueMicrotask(() => {
            const stuck = deps.stuck()
            if (stuck) followed.takeBack(stuck)
          })
          return
        case 'running':
          return begin()
        case 'message':
          if (update.message.type === 'execution_start') begin()
          return noteMessage(update.message)
        case 'deaf':
          deaf = update.deaf
          return deps.onDeaf(update.deaf)
        case 'socket':
        case 'unsettled':
        case 'unknown':
          return
        default:
          assertNever(update)
      }
    },
    takeBack(stuck) {
      if (running || promptId === null || promptId === stuck.promptId) return
      evict.abort('cancel')
    },
    toEndOfAttempt(end) {
      // too short to be seen while it ran, or no message arrived
      if (end.outcome === 'succeeded' || end.outcome === 'failed') begin()
      if (end.outcome === 'stalled' && !end.interrupted) {
        deps.onStuck({ promptId: end.promptId, begun: end.neverRan !== true })
      }
      if (end.outcome === 'canceled' && end.promptId !== null && evict.signal.aborted) {
        return { outcome: 'lost', promptId: end.promptId }
      }
      return end
    },
    close() {
      deps.onClosed(followed)
    },
  }
  return followed
}

export interface JobsThere {
  running: string[]
  staged: string[]
  /** ms until all of them should be over; null when nobody can tell. */
  restMs: number | null
}

export function toJobsThere(followed: Iterable<FollowedPrompt>): JobsThere {
  const all = [...followed]
  const idsOf = (running: boolean) =>
    all.flatMap((prompt) => (prompt.running === running ? [prompt.jobId] : []))
  return { running: idsOf(true), staged: idsOf(false), restMs: restOf(all) }
}

/** Of those before the job's: what runs, and who came before; null when nobody can tell, or the job's is not one of them. */
export function restBefore(followed: Iterable<FollowedPrompt>, jobId: string): number | null {
  const inTurn = [...followed]
  const own = inTurn.findIndex((prompt) => prompt.jobId === jobId)
  if (own < 0) return null
  return restOf(inTurn.filter(({ running }, at) => at !== own && (running || at < own)))
}

/** Of all of them, one after the other; null when nobody can tell. */
function restOf(followed: Iterable<FollowedPrompt>): number | null {
  const rests = [...followed].map((prompt) => prompt.restMs())
  return rests.reduce((sum, ms) => (sum === null || ms === null ? null : sum + ms), 0)
}
