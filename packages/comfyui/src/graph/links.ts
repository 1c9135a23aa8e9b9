/** What needs what: along the links of a graph. */
import { toLink, type Workflow, type WorkflowNode } from '@safelight/shared'

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
    // not all at once: a node may have more links than a call takes arguments
    for (const source of sourcesOf(node)) pending.push(source)
  }
  return reached
}
