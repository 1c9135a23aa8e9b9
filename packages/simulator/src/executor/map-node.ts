/** Runs one node over its input lists, as ComfyUI does: once per item, shorter lists repeating their last. */
import type { CacheEntry } from '../graph/output-cache.ts'
import { type DynamicGraph, inputsOf, isLink, type PromptGraph } from '../graph/prompt-graph.ts'
import {
  ExecutionBlocker,
  type NodeDefinition,
  type NodeInputs,
  type LoopExpansion,
  type NodeResult,
  inputInfo,
} from '../nodes/node-class.ts'
import type { Json } from '../record.ts'

export type InputLists = Readonly<Record<string, readonly unknown[]>>

/** What a node's runs produced, before an expansion is resolved. */
export interface MappedResult {
  readonly results: readonly ItemResult[]
  readonly ui: Readonly<Record<string, readonly unknown[]>> | null
}

export interface ItemResult {
  readonly outputs: readonly unknown[]
  readonly expand: PromptGraph | null
  readonly loop: LoopExpansion | null
}

export interface GatherDeps {
  readonly graph: DynamicGraph
  readonly declared: NodeInputs
  cached(nodeId: string): CacheEntry | undefined
}

/** Undeclared links travel into the node, undeclared values do not; a missing result becomes None. */
export function gatherInputs(nodeId: string, deps: GatherDeps): InputLists {
  const lists: Record<string, readonly unknown[]> = {}
  for (const [name, value] of Object.entries(inputsOf(deps.graph.node(nodeId)))) {
    const info = inputInfo(deps.declared, name)
    if (isLink(value) && info?.options['rawLink'] !== true) {
      lists[name] = deps.cached(value[0])?.outputs[value[1]] ?? [null]
    } else if (info) {
      lists[name] = [value]
    }
  }
  return lists
}

function itemsOf(lists: InputLists, { inputIsList }: NodeDefinition): Json[] {
  if (inputIsList) return [{ ...lists }]
  const length = Math.max(1, ...Object.values(lists).map((list) => list.length))
  return Array.from({ length }, (_, index) =>
    Object.fromEntries(
      Object.entries(lists).map(([name, list]) => [name, list[Math.min(index, list.length - 1)]]),
    ),
  )
}

export interface MapOptions {
  readonly nodeClass: NodeDefinition
  readonly lists: InputLists
  run(inputs: Json, index: number): NodeResult | Promise<NodeResult>
  /** Called for a blocked input; gives what travels on instead. */
  blocked(blocker: ExecutionBlocker): ExecutionBlocker
}

export async function mapNode(options: MapOptions): Promise<MappedResult> {
  const results: ItemResult[] = []
  const uis: Readonly<Record<string, readonly unknown[]>>[] = []
  for (const [index, inputs] of itemsOf(options.lists, options.nodeClass).entries()) {
    const blocker = Object.values(inputs)
      .flatMap((value): unknown[] => (Array.isArray(value) ? value : [value]))
      .find((value) => value instanceof ExecutionBlocker)
    if (blocker instanceof ExecutionBlocker) {
      const passed = options.blocked(blocker)
      const outputs = options.nodeClass.outputs.map(() => passed)
      results.push({ outputs, expand: null, loop: null })
      continue
    }
    const result = await options.run(inputs, index)
    const { outputs = [], expand = null, loop = null } = result
    results.push({ outputs, expand, loop })
    if (result.ui) uis.push(result.ui)
  }
  return { results, ui: mergeUi(uis) }
}

function mergeUi(
  uis: readonly Readonly<Record<string, readonly unknown[]>>[],
): Readonly<Record<string, readonly unknown[]>> | null {
  const [first] = uis
  if (!first) return null
  return Object.fromEntries(
    Object.keys(first).map((key) => [key, uis.flatMap((ui) => ui[key] ?? [])]),
  )
}

/** One list per output slot; a list output joins the lists of all items. */
export function mergeOutputs(
  nodeClass: NodeDefinition,
  results: readonly (readonly unknown[])[],
): unknown[][] {
  return nodeClass.outputs.map((output, slot) =>
    results.flatMap((outputs) => {
      const value = outputs[slot]
      return output.isList && Array.isArray(value) ? value : [value]
    }),
  )
}
