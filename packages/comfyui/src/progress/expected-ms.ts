/** What a workflow is expected to cost, before it runs. */
import { KNOWN_AT_LEAST } from './eta.ts'
import { createPlan } from './plan.ts'
import type { TrackerOptions } from './types.ts'

/** Milliseconds of GPU time: the nodes that its outputs need, as past runs of their classes say. */
export function expectedMs(options: TrackerOptions): { ms: number; isKnown: boolean } {
  const { nodes, reachable } = createPlan(options)
  let [ms, known] = [0, 0]
  for (const id of reachable) {
    const { cost = 0, isLearned = false } = nodes.get(id) ?? {}
    ms += cost
    if (isLearned) known += cost
  }
  return { ms, isKnown: known >= KNOWN_AT_LEAST * ms }
}
