/** Sampling steps read from the graph, so that a page can show `0/20` before anything ran. */
import { toLink, type Workflow, type WorkflowNode } from '@safelight/shared'

/** Reads a literal number, or the single number literal of the node it is linked to (PrimitiveInt and its like). */
export function createNumberReader(workflow: Workflow): (value: unknown) => number | null {
  // of a number node: many may link to one, and one may have very many inputs
  const known = new Map<string, number | null>()
  return (value) => {
    if (typeof value === 'number') return Number.isFinite(value) ? value : null
    const link = toLink(value)
    if (!link) return null
    const { from } = link
    const number = known.has(from) ? known.get(from) : onlyNumber(workflow[from])
    known.set(from, number ?? null)
    return number ?? null
  }
}

/**
 * Says how many steps a node of the workflow will tick, or 0 when it has none. A `steps` input may be linked to a
 * number node. Always a count: what submitters write (2.5, 1e300) is for the host to judge, and only a bar depends
 * on it here.
 */
export function createStepReader(workflow: Workflow): (node: WorkflowNode) => number {
  const toNumber = createNumberReader(workflow)
  return ({ inputs }) => {
    const steps = toNumber(inputs['steps'])
    if (steps === null || steps < 1) return 0
    // KSamplerAdvanced runs a part of its schedule
    const start = toNumber(inputs['start_at_step']) ?? 0
    const end = toNumber(inputs['end_at_step']) ?? steps
    return toCount(Math.min(end, steps) - start)
  }
}

/** The nearest that can be counted: whole as hosts cut it, not negative, and exact. */
export function toCount(number: number): number {
  return Math.max(0, Math.min(Number.MAX_SAFE_INTEGER, Math.trunc(number))) || 0
}

function onlyNumber(node: WorkflowNode | undefined): number | null {
  const literals = Object.values(node?.inputs ?? {}).filter((input) => typeof input === 'number')
  const [literal = null] = literals
  return literals.length === 1 && Number.isFinite(literal) ? literal : null
}
