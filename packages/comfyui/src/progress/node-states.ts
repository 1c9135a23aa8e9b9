/** What has become of each node, as the tracker knows it; nodes that wait are not named. */
import type { NodeState, NodeStates } from '@safelight/shared'
import type { TrackerState } from './types.ts'

/** A node that runs although it was to be skipped, or was listed as cached, runs. */
export function nodeStatesOf({ plan, cached, runs, succeeded }: TrackerState): NodeStates {
  const states = new Map<string, NodeState>()
  for (const id of cached) states.set(id, 'cached')
  // nothing wants the result that is still there
  for (const id of plan.skipped) states.set(id, 'skipped')
  for (const [id, run] of runs) {
    if (!cached.has(id)) states.set(id, run.tookMs === null && !succeeded ? 'running' : 'done')
  }
  if (succeeded) {
    for (const id of plan.reachable) if (!states.has(id)) states.set(id, 'done')
  }
  return Object.fromEntries(states)
}

/** The prompt has succeeded, so what was never reported has run all the same. */
export function completeNodeStates(state: TrackerState): NodeStates {
  return nodeStatesOf({ ...state, succeeded: true })
}
