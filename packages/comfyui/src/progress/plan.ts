/** What is known before anything runs: the nodes that will, what each should cost, and how many steps there are. */
import { titleOfNode, toLine, type WorkflowNode } from '@safelight/shared'
import { reachableFrom } from '../graph/links.ts'
import { guessOutputNodes } from '../graph/outputs.ts'
import { createStepReader, toCount } from '../graph/steps.ts'
import { costOf } from './costs.ts'
import type { TrackerOptions } from './types.ts'

export interface PlannedNode {
  class: string
  title: string | null
  cost: number
  steps: number
}

export interface Plan {
  /** Every node of the workflow: one outside of `reachable` may run all the same. */
  nodes: ReadonlyMap<string, PlannedNode>
  reachable: ReadonlySet<string>
  totalSteps: number
}

export function createPlan(options: TrackerOptions): Plan {
  const { workflow, costs = {} } = options
  const outputs = options.outputNodes?.length ? options.outputNodes : guessOutputNodes(workflow)
  const reachable = reachableFrom(workflow, outputs)
  const stepsOf = createStepReader(workflow)
  let totalSteps = 0
  const nodes = Object.entries(workflow).map(([id, node]) => {
    const steps = stepsOf(node)
    if (reachable.has(id)) totalSteps += steps
    const planned: PlannedNode = {
      class: node.class_type,
      title: toTitle(node),
      cost: costOf(node.class_type, steps, costs),
      steps,
    }
    return [id, planned] as const
  })
  return { nodes: new Map(nodes), reachable, totalSteps: toCount(totalSteps) }
}

/** One line: it is in every event of its node. */
function toTitle(node: WorkflowNode): string | null {
  const title = titleOfNode(node)
  return title === null ? null : toLine(title)
}

/**
 * The node of the submitted workflow that a runtime id counts toward. Expansion names its nodes
 * `<maker>.<call>.<n>.<name>`, recursively, so the maker is the longest prefix that is in the graph.
 * @returns null for an id of no node we know
 */
export function makerOf(runtimeId: string, nodes: Plan['nodes']): string | null {
  let id = runtimeId
  while (!nodes.has(id)) {
    const dot = id.lastIndexOf('.')
    if (dot < 0) return null
    id = id.slice(0, dot)
  }
  return id
}
