/** What a graph looks like, read without a schema: links between nodes, and the editor's format. Without zod: clients carry it to browsers. */

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
