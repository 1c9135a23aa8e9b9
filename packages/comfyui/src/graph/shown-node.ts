/** Whose node it is: what a host names → the node of the submitted workflow. Only ids of that workflow are believed. */

interface NodeIds {
  has(id: string): boolean
}

/** A node as hosts name it. */
export interface NamedNode {
  /** Its id while it runs. */
  node: string
  /** The node a host says it stands for. Of a cached output it is what it stood for when it was made: in anybody's graph. */
  display: string | null
}

/**
 * The node that people know. What is in the workflow under its own id is itself, whatever the host says of it.
 * A node made by expansion is what it is shown as (a loop's copies: the node of its body), or else counts toward its maker.
 * @returns null for a node of another graph
 */
export function shownNode({ node, display }: NamedNode, ids: NodeIds): string | null {
  if (ids.has(node)) return node
  return display !== null && ids.has(display) ? display : makerOf(node, ids)
}

/**
 * The node of the submitted workflow that a runtime id counts toward. Expansion names its nodes
 * `<maker>.<call>.<n>.<name>`, recursively, so the maker is the longest prefix that is in the graph.
 * @returns null for an id of no node we know
 */
export function makerOf(runtimeId: string, ids: NodeIds): string | null {
  let id = runtimeId
  while (!ids.has(id)) {
    const dot = id.lastIndexOf('.')
    if (dot < 0) return null
    id = id.slice(0, dot)
  }
  return id
}
