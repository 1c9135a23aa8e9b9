/** A workflow for people: what its nodes are called, the order in which they can run, and how many they are. */
import { titleOfNode, toLink, type Workflow } from '@safelight/shared'

export interface ListedNode {
  id: string
  /** As the author named it, otherwise the class. */
  title: string
  class: string
  /** Nothing depends on it: what it makes is what the workflow is for. */
  isEnd: boolean
}

/** Dependencies first; of nodes that could swap, the one needed earlier in the file comes first. */
export function listNodes(workflow: Workflow): ListedNode[] {
  const used = new Set(Object.values(workflow).flatMap((node) => sourcesOf(node)))
  const ends = Object.keys(workflow).filter((id) => !used.has(id))
  // the ends reach everything but circles, which no host runs but a list must still show
  const ordered = visit(workflow, [...ends, ...Object.keys(workflow)])
  return ordered.flatMap((id) => {
    const node = workflow[id]
    if (!node) return []
    return [{ id, title: titleOf(workflow, id), class: node.class_type, isEnd: !used.has(id) }]
  })
}

/** `7 nodes` */
export function countNodes(workflow: Workflow): string {
  const count = Object.keys(workflow).length
  return `${count} ${count === 1 ? 'node' : 'nodes'}`
}

/** Depth first with an own stack: a chain of thousands of nodes must not overflow the engine's. */
function visit(workflow: Workflow, roots: readonly string[]): string[] {
  const ordered = new Set<string>()
  const entered = new Set<string>()
  for (const root of roots) {
    const path = [root]
    for (let id = path.at(-1); id !== undefined; id = path.at(-1)) {
      entered.add(id)
      const node = workflow[id]
      const next = node && sourcesOf(node).find((from) => !entered.has(from) && workflow[from])
      if (next !== undefined) path.push(next)
      else ordered.add(path.pop() ?? id)
    }
  }
  return [...ordered]
}

function sourcesOf(node: Workflow[string]): string[] {
  return Object.values(node.inputs).flatMap((value) => toLink(value)?.from ?? [])
}

/** As the author named the node, otherwise its class. */
export function titleOf(workflow: Workflow, nodeId: string): string {
  const node = workflow[nodeId]
  return titleOfNode(node)?.trim() || node?.class_type || `Node ${nodeId}`
}

export function userOf(workflow: Workflow, nodeId: string): { usedBy: string; nodeTitle: string } {
  return { usedBy: nodeId, nodeTitle: titleOf(workflow, nodeId) }
}
