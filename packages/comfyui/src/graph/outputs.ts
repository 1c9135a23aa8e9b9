/** Which nodes of a workflow are outputs, i.e. make their upstream run. */
import { memberOf, NODE_NAME_MAX, type Workflow } from '@safelight/shared'
import type { NodeClasses } from '../client/types.ts'
import { sourcesOf } from './links.ts'

/** Names that output nodes have in practice; only used when no host has told us. */
const LOOKS_LIKE_OUTPUT = /save|preview|output|show|display|export|combine|upload|send|compare/i

/** Output nodes by what a host said of their classes; empty when it knows none of them. */
export function outputNodesOf(workflow: Workflow, classes: NodeClasses): string[] {
  return Object.keys(workflow).filter((id) => {
    const name = workflow[id]?.class_type ?? ''
    return memberOf(classes, name)?.output === true
  })
}

/**
 * A guess without a host: the ends of the graph that are named like outputs, or all its ends. A wrong
 * guess costs accuracy only: a node that runs all the same is added when it starts.
 */
export function guessOutputNodes(workflow: Workflow): string[] {
  const used = new Set(Object.values(workflow).flatMap(sourcesOf))
  const ends = Object.keys(workflow).filter((id) => !used.has(id))
  const named = ends.filter((id) =>
    LOOKS_LIKE_OUTPUT.test((workflow[id]?.class_type ?? '').slice(0, NODE_NAME_MAX)),
  )
  return named.length > 0 ? named : ends
}
