/** What a node is likely to cost, in milliseconds: samplers weigh more than loaders, and past runs teach better numbers. */
import type { Workflow, WorkflowNode } from '@safelight/shared'
import { stepsOf } from '../graph/steps.ts'
import type { NodeCosts } from './types.ts'

/** First guesses of a mid-size GPU; only their ratios matter. The first match wins. */
const GUESSES: readonly (readonly [RegExp, number])[] = [
  [/sampler/i, 4_000],
  [/loader|checkpoint|unet|loadmodel/i, 600],
  [/upscale.*model|video|wan|hunyuan/i, 1_500],
  [/vaedecode|vaeencode/i, 400],
  [/encode/i, 150],
  [/save|preview/i, 100],
]
const OTHER_MS = 50
const STEP_MS = 200

/** Milliseconds the node is expected to take. */
export function costOf(node: WorkflowNode, workflow: Workflow, costs: NodeCosts): number {
  const steps = stepsOf(node, workflow)
  const learned = Object.hasOwn(costs, node.class_type) ? costs[node.class_type]?.ms : undefined
  if (learned !== undefined) return Math.max(1, learned * Math.max(1, steps))
  return steps > 0 ? steps * STEP_MS : guess(node.class_type)
}

function guess(className: string): number {
  return GUESSES.find(([pattern]) => pattern.test(className))?.[1] ?? OTHER_MS
}
