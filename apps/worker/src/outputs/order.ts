/** The place of an output among those of its job: as the nodes stand in the graph, then as a node lists them; what is only to be looked at on the way comes last. */

const PER_NODE = 2 ** 16
/** Texts of a node come after its files. */
const TEXTS_FROM = 2 ** 15
/** Behind every node of the largest graph. */
const PREVIEWS_FROM = 2 ** 44

export interface OutputOrder {
  /** Of the next file that the node lists: each file is asked for once, in the order of the list. */
  nextFile(nodeId: string, preview: boolean): number
  nextText(nodeId: string): number
  /** Of the nth thing, from 0, that comes in no list. */
  at(nodeId: string, n: number): number
}

/** @param places node id → where it stands in the graph */
export function createOutputOrder(places: ReadonlyMap<string, number>): OutputOrder {
  const files = new Map<string, number>()
  const texts = new Map<string, number>()
  const base = (nodeId: string) => (places.get(nodeId) ?? places.size) * PER_NODE
  const count = (counts: Map<string, number>, nodeId: string) => {
    const n = counts.get(nodeId) ?? 0
    counts.set(nodeId, n + 1)
    return n
  }
  return {
    nextFile: (nodeId, preview) =>
      (preview ? PREVIEWS_FROM : 0) + base(nodeId) + Math.min(count(files, nodeId), TEXTS_FROM - 1),
    nextText: (nodeId) => base(nodeId) + Math.min(TEXTS_FROM + count(texts, nodeId), PER_NODE - 1),
    at: (nodeId, n) => base(nodeId) + Math.min(n, TEXTS_FROM - 1),
  }
}
