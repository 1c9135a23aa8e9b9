/** The submitted graph, and the nodes that running nodes add to it (expansion). */
import { keyError } from '../python-error.ts'
import { isRecord, type Json } from '../record.ts'

export interface PromptNode {
  readonly class_type: string
  /** Absent in a malformed graph that ComfyUI accepts all the same and then dies of. */
  readonly inputs?: Json
  readonly overrideDisplayId?: string
  /** Written by the validation of newer servers into a StartLoop, and kept in queue, history and pictures. */
  readonly _loop_body?: readonly string[]
  readonly _loop_end?: string
}

export type PromptGraph = Readonly<Record<string, PromptNode>>

export type GraphLink = readonly [nodeId: string, slot: number]

/** ComfyUI's own test: any two-element list that could be [node id, slot]. */
export function isLink(value: unknown): value is GraphLink {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    typeof value[0] === 'string' &&
    typeof value[1] === 'number'
  )
}

export function inputsOf(node: PromptNode): Json {
  if (!isRecord(node.inputs)) throw keyError('inputs')
  return node.inputs
}

export interface DynamicGraph {
  readonly original: PromptGraph
  has(nodeId: string): boolean
  node(nodeId: string): PromptNode
  addEphemeral(
    nodeId: string,
    node: PromptNode,
    origin: { parentId: string; displayId: string },
  ): void
  /** What the node is from now on; its ids stay, and the submitted graph too. */
  replace(nodeId: string, node: PromptNode): void
  /** The node of the submitted graph that this one stands for on screen. */
  displayId(nodeId: string): string
  /** The submitted node whose run created this one. */
  realId(nodeId: string): string
  parentId(nodeId: string): string | null
}

export function createDynamicGraph(original: PromptGraph): DynamicGraph {
  const ephemeral = new Map<string, PromptNode>()
  const parents = new Map<string, string>()
  const displays = new Map<string, string>()

  const follow = (links: Map<string, string>, nodeId: string): string => {
    let current = nodeId
    for (let next = links.get(current); next !== undefined; next = links.get(current))
      current = next
    return current
  }

  return {
    original,
    has: (nodeId) => ephemeral.has(nodeId) || Object.hasOwn(original, nodeId),
    node(nodeId) {
      const found =
        ephemeral.get(nodeId) ?? (Object.hasOwn(original, nodeId) ? original[nodeId] : undefined)
      if (!found) throw keyError(nodeId)
      return found
    },
    addEphemeral(nodeId, node, origin) {
      ephemeral.set(nodeId, node)
      parents.set(nodeId, origin.parentId)
      displays.set(nodeId, origin.displayId)
    },
    replace: (nodeId, node) => void ephemeral.set(nodeId, node),
    displayId: (nodeId) => follow(displays, nodeId),
    realId: (nodeId) => follow(parents, nodeId),
    parentId: (nodeId) => parents.get(nodeId) ?? null,
  }
}
