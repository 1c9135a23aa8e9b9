/** What a graph looks like, read without a schema: links between nodes, titles, and the formats people have it in. Without zod: clients carry it to browsers. */

/** An input that holds `[nodeId, slot]`. */
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

/** The editor's own save format has lists of nodes and links; in the API format every value is a node. */
export function isUiFormat(candidate: Readonly<Record<string, unknown>>): boolean {
  return (
    Array.isArray(candidate['nodes']) &&
    (Array.isArray(candidate['links']) || 'version' in candidate)
  )
}

/** What the author called the node; null when it is not called anything, or `_meta` is something else. */
export function titleOfNode(node: { _meta?: unknown } | undefined): string | null {
  const meta = node?._meta
  const title = isJsonObject(meta) ? meta['title'] : null
  if (typeof title === 'number') return String(title)
  return typeof title === 'string' && title.trim() !== '' ? title : null
}

/** Names under which bodies carry a graph: a submission to us, and ComfyUI's own `POST /prompt`. */
const CARRIERS = ['workflow', 'prompt']

/**
 * The graph itself, when it comes inside a body that carries one.
 * @returns what is the graph as far as can be seen, and the names that lead to it
 */
export function findGraph(candidate: unknown): { graph: unknown; path: string[] } {
  const path: string[] = []
  let graph = candidate
  while (isJsonObject(graph) && !Object.values(graph).some(isNodeLike)) {
    const body = graph
    const names = CARRIERS.filter((name) => Object.hasOwn(body, name) && isJsonObject(body[name]))
    // hosts write both into pictures: the graph that ran, and how the editor draws it
    const name = names.find((name) => !isEditorFormat(body[name])) ?? names[0]
    if (name === undefined) break
    path.push(name)
    graph = body[name]
  }
  return { graph, path }
}

function isEditorFormat(value: unknown): boolean {
  return isJsonObject(value) && isUiFormat(value)
}

function isNodeLike(value: unknown): boolean {
  return isJsonObject(value) && Object.hasOwn(value, 'class_type')
}

export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The member of that foreign name, if the object has one of its own: every object finds something under `constructor`. */
export function memberOf<V>(object: Readonly<Record<string, V>>, name: string): V | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}
