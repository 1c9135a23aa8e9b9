/** What history says of a prompt that went on without some nodes: told once more, for messages may have been missed. */
import type { PartialFailure } from '../client/types.ts'
import { toTrackedProgress } from './present.ts'
import type { TrackerState } from './types.ts'

export function foldPartial(
  state: TrackerState,
  { failures, blocked }: PartialFailure,
): TrackerState {
  const ours = (ids: readonly (string | null)[]) =>
    ids.filter((id): id is string => id !== null && state.plan.nodes.has(id))
  const facts = {
    ...state,
    failed: new Set([...state.failed, ...ours(failures.map(({ nodeId }) => nodeId))]),
    blocked: new Set([...state.blocked, ...ours(blocked)]),
  }
  // it is over: nothing is left to be estimated
  return { ...facts, progress: { ...toTrackedProgress(facts, state.progress, 0), eta_ms: null } }
}
