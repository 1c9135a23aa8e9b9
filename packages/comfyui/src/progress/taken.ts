/** What a host took of a prompt: it runs the outputs that are valid and drops the rest, and what only those needed is skipped. */
import { PROBLEMS_MAX } from '@safelight/shared'
import type { NodeErrors } from '../client/types.ts'
import { reachableFrom, usersOf } from '../graph/links.ts'
import { type Plan, planToRun, stepsToRun } from './plan.ts'
import { toTrackedProgress } from './present.ts'
import type { TrackerState } from './types.ts'

export interface TakenPrompt {
  /** Outputs that the host runs; empty when it did not say. */
  outputNodes: readonly string[]
  /** Why it dropped others; empty when it dropped none, or did not say. */
  nodeErrors: NodeErrors
}

export function foldTaken(state: TrackerState, taken: TakenPrompt, atMs: number): TrackerState {
  const plan = limitPlan(state.plan, taken)
  if (plan === state.plan) return state
  const toRun = planToRun(plan, state.cached)
  const steps = stepsToRun(plan, toRun)
  const facts = {
    ...state,
    plan,
    toRun,
    ...(state.kind === 'connected' && { step: steps === null ? null : 0, steps }),
  }
  return { ...facts, progress: toTrackedProgress(facts, state.progress, atMs) }
}

/** Output nodes of the workflow that the host dropped. */
export function droppedOutputs({ plan }: TrackerState): string[] {
  return plan.outputs.filter((id) => plan.skipped.has(id))
}

function limitPlan(plan: Plan, taken: TakenPrompt): Plan {
  const dropped = new Set(namedAsDropped(plan, taken))
  if (taken.outputNodes.length === 0 && dropped.size === 0) return plan
  const kept =
    taken.outputNodes.length > 0 ? taken.outputNodes : plan.outputs.filter((id) => !dropped.has(id))
  // outputs were guessed, and wrongly: all that is known is what does not run
  const reachable =
    kept.length > 0
      ? reachableFrom(plan.workflow, kept)
      : new Set([...plan.reachable].filter((id) => !dropped.has(id)))
  // an output that was only guessed may be none: that it does not run says nothing
  const planned = plan.guessed && dropped.size === 0 ? [] : plan.reachable
  const left = [...plan.skipped, ...planned, ...dropped].filter((id) => !reachable.has(id))
  const roots = kept.length > 0 ? kept : [...reachable]
  return { ...plan, reachable, roots, skipped: new Set(left) }
}

/** By the host's own word; where it is missing or was cut, because they need a node that is not valid. */
function namedAsDropped({ workflow, outputs }: Plan, { nodeErrors }: TakenPrompt): string[] {
  const errors = Object.entries(nodeErrors)
  const named = errors.flatMap(([, { dependent_outputs }]) => dependent_outputs)
  const unsaid = errors.flatMap(
    ([
      id,
      {
        dependent_outputs: { length },
      },
    ]) => (length === 0 || length >= PROBLEMS_MAX ? [id] : []),
  )
  const needing = unsaid.length > 0 ? usersOf(workflow, unsaid) : new Set<string>()
  return [
    ...named.filter((id) => Object.hasOwn(workflow, id)),
    ...outputs.filter((id) => needing.has(id)),
  ]
}
