/** What a workflow is expected to cost, before it runs. */
import { createPlan } from './plan.ts'
import type { TrackerOptions } from './types.ts'

/** Milliseconds of GPU time: the nodes that its outputs need, as past runs of their classes say. */
export function expectedMs(options: TrackerOptions): number {
  const { nodes, reachable } = createPlan(options)
  let ms = 0
  for (const id of reachable) ms += nodes.get(id)?.cost ?? 0
  return ms
}
