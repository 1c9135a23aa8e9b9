/** Finds a circle of links. Iterative: a chain of thousands of nodes must not overflow the stack. */
import type { Workflow } from '@safelight/shared'
import { sourcesOf } from './links.ts'

/** @returns the node ids of one cycle in order, or null when the graph is acyclic */
export function findCycle(workflow: Workflow): string[] | null {
  const done = new Set<string>()
  for (const root of Object.keys(workflow)) {
    const cycle = walk(root, workflow, done)
    if (cycle) return cycle
  }
  return null
}

/** Depth first from `root`; `path` holds the nodes being visited, each with its sources left to look at. */
function walk(root: string, workflow: Workflow, done: Set<string>): string[] | null {
  const path: { id: string; left: string[] }[] = []
  const onPath = new Set<string>()
  const enter = (id: string) => {
    const node = workflow[id]
    if (!node || done.has(id)) return
    path.push({ id, left: sourcesOf(node) })
    onPath.add(id)
  }
  enter(root)
  for (let top = path.at(-1); top; top = path.at(-1)) {
    const source = top.left.pop()
    if (source === undefined) {
      path.pop()
      onPath.delete(top.id)
      done.add(top.id)
    } else if (onPath.has(source)) {
      const ids = path.map((visited) => visited.id)
      return ids.slice(ids.indexOf(source))
    } else {
      enter(source)
    }
  }
  return null
}
