/** Whose node it is: what a host names → the node of the submitted workflow. Only ids of that workflow are believed. */

export interface NodeIds {
  has(id: string): boolean
}

/** A node as hosts name it. */
export interface NamedNode {
  /** Its id while it runs. */
  node: string
  /** The node a host says it stands for. */
  display: string | null
  /**
   * It may come from the cache. Then `display` is what it stood for when it was made: in anybody's graph, where
   * an id of ours may be another node. It is believed only where the id it runs under names it, too.
   */
  maybeCached?: boolean
}

/**
 * The node that people know. What is in the workflow under its own id is itself, whatever the host says of it.
 * A node made by expansion is what it is shown as (a loop's copies: the node of its body), or else counts toward its maker.
 * @returns null for a node of another graph
 */
export function shownNode(
  { node, display, maybeCached = false }: NamedNode,
  ids: NodeIds,
): string | null {
  if (ids.has(node)) return node
  const maker = makerOf(node, ids)
  if (display === null || display === maker || !ids.has(display)) return maker
  return maybeCached && endOfName(node, display, maker) === null ? maker : display
}

/**
 * The copy of `shown` that a runtime id is, or is a part of; null when `shown` is its maker, or itself.
 * Loops name their copies `<StartLoop>.<call>.<n>.<position>_<node>`; what such a copy makes is named after it.
 */
export function copyOf(node: string, shown: string, ids: NodeIds): string | null {
  const maker = makerOf(node, ids)
  if (shown === maker) return null
  const end = endOfName(node, shown, maker)
  return end === null ? node : node.slice(0, end)
}

/** Where the last part that names `shown` ends, behind the maker's name; null when none does. */
function endOfName(node: string, shown: string, maker: string | null): number | null {
  const from = maker === null ? 0 : maker.length
  // what only expansions number may look like an id
  return findPart(node, { part: `_${shown}`, from }) ?? findPart(node, { part: `.${shown}`, from })
}

function findPart(node: string, { part, from }: { part: string; from: number }): number | null {
  for (
    let at = node.lastIndexOf(part);
    at >= from && at >= 0;
    at = node.lastIndexOf(part, at - 1)
  ) {
    const end = at + part.length
    if (end === node.length || node[end] === '.') return end
    if (at === 0) break
  }
  return null
}

/** The node whose copy in a loop a runtime id names, where nothing else says what it is shown as. */
export function copiedNode(runtimeId: string, ids: NodeIds): string | null {
  for (let at = runtimeId.indexOf('_'); at >= 0; at = runtimeId.indexOf('_', at + 1)) {
    const id = runtimeId.slice(at + 1)
    if (ids.has(id)) return id
  }
  return null
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
