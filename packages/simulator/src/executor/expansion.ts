/** Nodes made while running: added to the graph, waited for, then read in place of their maker's outputs. */
import { isLink } from '../graph/prompt-graph.ts'
import { keyError } from '../python-error.ts'
import type { LoopExpansion } from '../nodes/node-class.ts'
import type { ItemResult } from './map-node.ts'
import type { SimulatedHost, ItemOutputs, PromptRun } from './prompt-run.ts'

export interface Expansion {
  readonly nodeId: string
  readonly results: readonly ItemResult[]
}

export function addExpansion(
  host: SimulatedHost,
  run: PromptRun,
  { nodeId, results }: Expansion,
): void {
  const items: ItemOutputs[] = []
  const outputNodes: string[] = []
  const awaited: string[] = []
  const loops: LoopExpansion[] = []
  for (const { outputs, expand, loop } of results) {
    if (loop) loops.push(loop)
    items.push({ outputs, isExpansion: expand !== null })
    for (const [id, node] of Object.entries(expand ?? {})) {
      run.graph.addEphemeral(id, node, {
        parentId: nodeId,
        displayId: node.overrideDisplayId ?? nodeId,
      })
      if (host.classes.get(node.class_type)?.outputNode) outputNodes.push(id)
    }
    if (expand) awaited.push(...outputs.filter(isLink).map(([id]) => id))
  }
  for (const { body, endId, end } of loops) {
    run.graph.replace(endId, end)
    run.list.inhibit(body)
    run.list.addNode(endId)
  }
  for (const id of outputNodes) run.list.addNode(id)
  for (const { resultId, endId } of loops) run.list.addLink(resultId, endId)
  for (const id of awaited) run.list.addLink(id, nodeId)
  run.expansions.set(nodeId, items)
}

export function resolveExpansion(run: PromptRun, items: readonly ItemOutputs[]): unknown[][] {
  return items.map(({ outputs, isExpansion }) => {
    if (!isExpansion) return [...outputs]
    return outputs.flatMap((output) => {
      if (!isLink(output)) return [output]
      const entry = run.cache.get(output[0])
      if (!entry) throw keyError(output[0])
      return [...(entry.outputs[output[1]] ?? [])]
    })
  })
}
