/** Links between nodes: an input holding `[nodeId, slot]`. */
import type { Workflow, WorkflowNode } from '@safelight/shared'

export interface Link {
  from: string
  slot: number
}

/** @returns the link an input value is, or null for a literal */
export function toLink(value: unknown): Link | null {
  if (!Array.isArray(value) || value.length !== 2) return null
  const [from, slot]: unknown[] = value
  return typeof from === 'string' && typeof slot === 'number' ? { from, slot } : null
}

/** Ids of the nodes whose results `node` needs. */
export function sourcesOf(node: WorkflowNode): string[] {
  return Object.values(node.inputs).flatMap((value) => toLink(value)?.from ?? [])
}

/** Every node that has to run for `outputs`, themselves included. Links to missing nodes are ignored. */
export function reachableFrom(workflow: Workflow, outputs: Iterable<string>): Set<string> {
  const reached = new Set<string>()
  const pending = [...outputs]
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const node = Object.hasOwn(workflow, id) ? workflow[id] : undefined
    if (!node || reached.has(id)) continue
    reached.add(id)
    pending.push(...sourcesOf(node))
  }
  return reached
}
