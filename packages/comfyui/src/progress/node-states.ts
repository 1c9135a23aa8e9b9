/** What has become of each node, as the tracker knows it; nodes that wait are not named. */
import type { NodeState, NodeStates } from '@safelight/shared'
import type { TrackerState } from './types.ts'

/** A node that runs although it was to be skipped, or was listed as cached, runs. */
export function nodeStatesOf(state: TrackerState): NodeStates {
  const { plan, cached, runs, succeeded, toRun, failed, blocked } = state
  const states = new Map<string, NodeState>()
  for (const id of cached) states.set(id, 'cached')
  // nothing wants the result that is still there
  for (const id of plan.skipped) states.set(id, 'skipped')
  for (const [id, run] of runs) {
    if (!cached.has(id)) states.set(id, run.tookMs === null && !succeeded ? 'running' : 'done')
  }
  if (succeeded) {
    // what only cached ones need has not run
    for (const id of toRun) if (!states.has(id)) states.set(id, 'done')
  }
  for (const id of blocked) states.set(id, 'blocked')
  for (const id of failed) states.set(id, 'failed')
  return Object.fromEntries(states)
}

/** The prompt has succeeded, so what was never reported has run all the same. */
export function completeNodeStates(state: TrackerState): NodeStates {
  return nodeStatesOf({ ...state, succeeded: true })
}
