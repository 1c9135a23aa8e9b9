/** How long the socket of a prompt that runs may be silent, and what that says of the host. Pure. */
import type { PromptState } from './prompt-state.ts'

/** In this many silent sockets in a row, at least one should have brought a step of a loaded model. */
const SILENT_SOCKETS = 3
/** Patience with a silent socket grows to this many times `deafMs`. */
const MOST_PATIENCE = 6

/** After a look. Only a prompt that runs sends messages. */
export function foldSilence(state: PromptState, running: boolean, atMs: number): PromptState {
  const { silence, timings } = state
  if (!running) return { ...state, silence: { ...silence, since: null } }
  const runningLooks = silence.runningLooks + 1
  const since = silence.since ?? atMs
  if (atMs - since < silence.patienceMs) {
    return { ...state, silence: { ...silence, since, runningLooks } }
  }
  const silentSockets = silence.silentSockets + 1
  return {
    ...state,
    silence: {
      ...silence,
      since: null,
      patienceMs: Math.min(silence.patienceMs * 2, timings.deafMs * MOST_PATIENCE),
      silentSockets,
      runningLooks,
    },
    deaf: !silence.hinted || silentSockets >= SILENT_SOCKETS ? true : state.deaf,
  }
}
