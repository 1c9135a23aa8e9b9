/** What nodes and inputs are called: by machines (an id), by people (a title). */
import type { Workflow } from '@safelight/shared'
import type { Place } from './links.ts'

/** Names one input of one node; a size goes by its width. */
export function idOf({ nodeId, input }: Place): string {
  return `${nodeId}.${input}`
}

/** As the author named the node, otherwise its class. */
export function titleOf(workflow: Workflow, nodeId: string): string {
  const node = workflow[nodeId]
  return node?._meta?.title?.trim() || node?.class_type || `Node ${nodeId}`
}

export function userOf(workflow: Workflow, nodeId: string): { usedBy: string; nodeTitle: string } {
  return { usedBy: nodeId, nodeTitle: titleOf(workflow, nodeId) }
}
