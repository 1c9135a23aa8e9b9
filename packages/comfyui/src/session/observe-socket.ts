/** What becomes of the socket of a prompt: opened, closed, pinged. Pure. */
import type { Observed, PromptDecision, PromptState } from './prompt-state.ts'
import { miss } from './settle.ts'
import { leaveTrail } from './trail.ts'

export function foldClosed(before: PromptState, wasOpen: boolean): Observed {
  const { reconnectMinMs, reconnectMaxMs } = before.timings.socket
  const failures = wasOpen ? 0 : before.socket.failures + 1
  const state = { ...before, heard: miss(before.heard), trail: leaveTrail(before.trail) }
  return {
    state: withSocket(state, { open: false, registered: false, failures }),
    decision: backOff(failures, reconnectMinMs, reconnectMaxMs),
  }
}

export function foldPing(state: PromptState): Observed {
  const { unansweredPings } = state.socket
  if (unansweredPings >= state.timings.socket.missedPings) {
    return { state, decision: { action: 'terminate' } }
  }
  return {
    state: withSocket(state, { unansweredPings: unansweredPings + 1 }),
    decision: { action: 'ping' },
  }
}

export function withSocket(
  state: PromptState,
  change: Partial<PromptState['socket']>,
): PromptState {
  return { ...state, socket: { ...state.socket, ...change } }
}

/** @param attempt 0 for the first retry; each doubles the delay */
export function backOff(attempt: number, minMs: number, maxMs: number): PromptDecision {
  const ms = Math.min(maxMs, minMs * 2 ** Math.min(attempt, 30))
  return { action: 'wait', ms, jitter: true, reopen: false }
}
