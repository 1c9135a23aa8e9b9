/** Builds the nodes an expanding node adds: ids are the maker's id, the item and a counter. */
import type { Json } from '../record.ts'
import type { GraphLink, PromptGraph, PromptNode } from './prompt-graph.ts'

export interface BuiltNode {
  readonly id: string
  out(slot: number): GraphLink
  set(input: string, value: unknown): void
  showAs(displayId: string): void
  /** Marks a StartLoop with what its copy encloses. */
  enclose(body: readonly string[], endId: string): void
}

export interface GraphBuilder {
  /** `id` replaces the counter; both get the maker's prefix. */
  node(classType: string, inputs?: Json, id?: string): BuiltNode
  find(id: string): BuiltNode
  finish(): PromptGraph
}

export function createGraphBuilder(prefix: string): GraphBuilder {
  const built = new Map<string, { node: BuiltNode; finish: () => PromptNode }>()
  let counter = 1

  return {
    node(classType, inputs = {}, id) {
      const nodeId = `${prefix}${id ?? counter++}`
      const values: Json = {}
      let display: string | null = null
      let loop: Pick<PromptNode, '_loop_body' | '_loop_end'> = {}
      const node: BuiltNode = {
        id: nodeId,
        out: (slot) => [nodeId, slot],
        set(input, value) {
          if (value === null || value === undefined) delete values[input]
          else values[input] = value
        },
        showAs(displayId) {
          display = displayId
        },
        enclose(body, endId) {
          loop = { _loop_body: body, _loop_end: endId }
        },
      }
      for (const [input, value] of Object.entries(inputs)) node.set(input, value)
      const finish = (): PromptNode => ({
        class_type: classType,
        inputs: values,
        ...loop,
        ...(display === null ? {} : { overrideDisplayId: display }),
      })
      built.set(nodeId, { node, finish })
      return node
    },
    find(id) {
      const found = built.get(`${prefix}${id}`)
      if (!found) throw new Error(`no node ${id} in this expansion`)
      return found.node
    },
    finish: () => Object.fromEntries([...built].map(([id, { finish }]) => [id, finish()])),
  }
}
