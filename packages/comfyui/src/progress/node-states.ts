/** What has become of each node, as the tracker knows it; nodes that wait are not named. */
import type { NodeStates } from '@safelight/shared'
import type { TrackerState } from './types.ts'

export function nodeStatesOf({ plan, cached, runs, succeeded }: TrackerState): NodeStates {
  const states: NodeStates = {}
  for (const id of cached) states[id] = 'cached'
  for (const [id, run] of runs) {
    if (!cached.has(id)) states[id] = run.tookMs === null && !succeeded ? 'running' : 'done'
  }
  return succeeded ? withRest(states, plan.reachable) : states
}

/** The prompt has succeeded, so what was never reported has run all the same. */
export function completeNodeStates(state: TrackerState): NodeStates {
  return nodeStatesOf({ ...state, succeeded: true })
}

function withRest(states: NodeStates, reachable: ReadonlySet<string>): NodeStates {
  const rest = [...reachable].filter((id) => !Object.hasOwn(states, id))
  return { ...states, ...Object.fromEntries(rest.map((id) => [id, 'done' as const])) }
}
