/** What is known before anything runs: the nodes that will, what each should cost, and how many steps there are. */
import { titleOfNode, toLine, type Workflow, type WorkflowNode } from '@safelight/shared'
import { leftToRun, reachableFrom } from '../graph/links.ts'
import { findLoops, type Loop } from '../graph/loops.ts'
import { guessOutputNodes } from '../graph/outputs.ts'
import { createStepReader, toCount } from '../graph/steps.ts'
import { createWorkReader, type NodeWork } from '../graph/work.ts'
import { costOf, type NodeCost } from './costs.ts'
import { type LearnedCosts, NOTHING_LEARNED } from './learned-costs.ts'
import type { TrackerOptions } from './types.ts'

export interface PlannedNode extends NodeWork, NodeCost {
  class: string
  title: string | null
  steps: number
  /** Its model has to be loaded first; null: nobody knows. */
  isCold: boolean | null
}

export interface Plan {
  workflow: Workflow
  /** Every node of the workflow: one outside of `reachable` may run all the same. */
  nodes: ReadonlyMap<string, PlannedNode>
  /** The outputs, and what they need. */
  reachable: ReadonlySet<string>
  /** What is wanted: the outputs that run. */
  roots: readonly string[]
  /** Node → the innermost loop that repeats it. */
  loops: ReadonlyMap<string, Loop>
  /** Output nodes of the workflow, known or guessed. */
  outputs: readonly string[]
  guessed: boolean
  /** What the host will not run: outputs it dropped, and what only they needed. */
  skipped: ReadonlySet<string>
  totalSteps: number
  pricing: Pricing
}

export function createPlan(options: TrackerOptions): Plan {
  const { workflow, learned = NOTHING_LEARNED, hostId } = options
  const skipped = new Set(options.skipped)
  const { outputNodes: known = [] } = options
  const guessed = known.length === 0
  const outputs = guessed ? guessOutputNodes(workflow) : known
  const reachable = new Set([...reachableFrom(workflow, outputs)].filter((id) => !skipped.has(id)))
  const stepsOf = createStepReader(workflow)
  const workOf = createWorkReader(workflow)
  const price = createPricing(options)
  let totalSteps = 0
  const nodes = Object.entries(workflow).map(([id, node]) => {
    const steps = stepsOf(node)
    if (reachable.has(id)) totalSteps += steps
    const planned = { class: node.class_type, title: toTitle(node), steps, ...workOf(id) }
    return [id, price(planned)] as const
  })
  return {
    workflow,
    nodes: new Map(nodes),
    reachable,
    roots: outputs,
    loops: findLoops(workflow),
    outputs,
    guessed,
    skipped,
    totalSteps: toCount(totalSteps),
    pricing: { learned, ...(hostId === undefined ? {} : { hostId }) },
  }
}

/** The plan as it is where it runs: which models are in place is only seen when it begins. */
export function priceAnew(plan: Plan, inPlace: readonly string[] | null): Plan {
  const price = createPricing({ ...plan.pricing, inPlace })
  return { ...plan, nodes: new Map([...plan.nodes].map(([id, node]) => [id, price(node)])) }
}

interface Pricing extends Pick<TrackerOptions, 'hostId'> {
  learned: LearnedCosts
}
type Unpriced = Omit<PlannedNode, keyof NodeCost | 'isCold'>

function createPricing({
  learned = NOTHING_LEARNED,
  hostId,
  inPlace,
}: Pick<TrackerOptions, 'learned' | 'hostId' | 'inPlace'>) {
  const slowness = hostId === undefined ? 1 : learned.slownessOf(hostId)
  const there = new Set(inPlace)
  return (node: Unpriced): PlannedNode => {
    const isCold = node.model === null ? false : inPlace ? !there.has(node.model) : null
    return { ...node, isCold, ...costOf(node, { learned, slowness, isCold }) }
  }
}

/** One line: it is in every event of its node. */
function toTitle(node: WorkflowNode): string | null {
  const title = titleOfNode(node)
  return title === null ? null : toLine(title)
}

/** Nodes that have to run: what only cached ones need does not. */
export function planToRun(
  { workflow, roots, reachable }: Plan,
  cached: ReadonlySet<string>,
): ReadonlySet<string> {
  return cached.size === 0 ? reachable : leftToRun(workflow, { roots, within: reachable, cached })
}

/** Steps of what runs; null when nothing samples. */
export function stepsToRun({ nodes }: Plan, toRun: ReadonlySet<string>): number | null {
  let steps = 0
  for (const id of toRun) steps += nodes.get(id)?.steps ?? 0
  return steps > 0 ? toCount(steps) : null
}
