/** One input of one node: its id, and the literal behind it, along links. */
import { toLink, type Workflow } from '@safelight/shared'

/** One input of one node. */
export interface Place {
  nodeId: string
  input: string
}

/** Names one input of one node; a size goes by its width. */
export function idOf({ nodeId, input }: Place): string {
  return `${nodeId}.${input}`
}

/**
 * Where the literal behind an input stands: at the input itself, or, when that is a link, at the one
 * literal of the node it leads to (a primitive, a seed node). Null when there is none or several.
 */
export function findLiteral(
  workflow: Workflow,
  place: Place,
  isWanted: (value: unknown) => boolean,
): Place | null {
  const seen = new Set<string>()
  let at: Place = place
  for (;;) {
    const value = workflow[at.nodeId]?.inputs[at.input]
    if (isWanted(value)) return at
    const link = toLink(value)
    if (!link || seen.has(link.from)) return null
    seen.add(link.from)
    const inputs = Object.entries(workflow[link.from]?.inputs ?? {})
    const literals = inputs.filter(([, value]) => isWanted(value))
    // a node that only hands on (a reroute) has one input, and that is a link
    const next = literals.length === 1 ? literals[0] : inputs.length === 1 ? inputs[0] : undefined
    if (!next) return null
    at = { nodeId: link.from, input: next[0] }
  }
}
