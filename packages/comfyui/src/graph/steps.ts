/** Sampling steps read from the graph, so that a page can show `0/20` before anything ran. */
import { toLink, type Workflow, type WorkflowNode } from '@safelight/shared'

/**
 * Steps that one node will tick, or 0 when it has none. A `steps` input may be linked to a number node.
 * Always a count: what submitters write (2.5, 1e300) is for the host to judge, and only a bar depends on it here.
 */
export function stepsOf(node: WorkflowNode, workflow: Workflow): number {
  const steps = toNumber(node.inputs['steps'], workflow)
  if (steps === null || steps < 1) return 0
  // KSamplerAdvanced runs a part of its schedule
  const start = toNumber(node.inputs['start_at_step'], workflow) ?? 0
  const end = toNumber(node.inputs['end_at_step'], workflow) ?? steps
  return toCount(Math.min(end, steps) - start)
}

/** Total over the given nodes (default: all of the workflow). */
export function totalSteps(
  workflow: Workflow,
  nodeIds: Iterable<string> = Object.keys(workflow),
): number {
  let total = 0
  for (const id of nodeIds) {
    const node = workflow[id]
    if (node) total += stepsOf(node, workflow)
  }
  return toCount(total)
}

/** The nearest that can be counted: whole as hosts cut it, not negative, and exact. */
export function toCount(number: number): number {
  return Math.max(0, Math.min(Number.MAX_SAFE_INTEGER, Math.trunc(number))) || 0
}

/** A literal number, or the single number literal of the node it is linked to (PrimitiveInt and its like). */
function toNumber(value: unknown, workflow: Workflow): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  const link = toLink(value)
  const source = link && workflow[link.from]
  if (!source) return null
  const literals = Object.values(source.inputs).filter((input) => typeof input === 'number')
  const [literal] = literals
  return literals.length === 1 && Number.isFinite(literal) ? (literal ?? null) : null
}
