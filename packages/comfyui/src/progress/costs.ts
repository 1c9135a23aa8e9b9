/** What nodes cost, in milliseconds: as expected (by past runs, or by guess: samplers weigh more than loaders), and as measured. */
import { markOf } from './compare-hosts.ts'
import {
  type CostSample,
  type Estimate,
  type LearnedCosts,
  nameOfWork,
  type Quantity,
  toMiddleOfSize,
  type Work,
} from './learned-costs.ts'
import { median } from './median.ts'
import { isRepeated } from './runs.ts'
import type { NodeRun, TrackerState } from './types.ts'

/** First guesses of a mid-size GPU; only their ratios matter. The first match wins. */
const GUESSES: readonly (readonly [RegExp, number])[] = [
  [/sampler/i, 4_000],
  [/loader|checkpoint|unet|loadmodel/i, 600],
  [/upscale.*model|video|wan|hunyuan/i, 1_500],
  [/vaedecode|vaeencode/i, 400],
  [/encode/i, 150],
  [/save|preview/i, 100],
]
const OTHER_MS = 50
const STEP_MS = 200

export interface NodeCost {
  /** ms from its beginning to its end. */
  cost: number
  /** ms of that before its first step; 0 of a node without steps. */
  lead: number
  /** Its runs have been measured, and not only those of others. */
  isLearned: boolean
}

export interface NodeToRun extends Work {
  steps: number
  /** It names its model itself. */
  loads: boolean
}

/** @param isCold its model is not in the host's memory; null: nobody knows */
export function costOf(
  node: NodeToRun,
  {
    learned,
    slowness,
    isCold,
  }: { learned: LearnedCosts; slowness: number; isCold: boolean | null },
): NodeCost {
  const run = estimateRun(node, { learned, isCold })
  if (node.steps > 0) {
    const step = learned.estimate('step', node)
    const lead = (run?.ms ?? 0) * slowness
    const steps = (step ? step.ms * slowness : STEP_MS) * node.steps
    return { cost: Math.max(1, lead + steps), lead, isLearned: step?.isKnown ?? false }
  }
  if (!run) return { cost: guess(node.class), lead: 0, isLearned: false }
  return { cost: Math.max(1, run.ms * slowness), lead: 0, isLearned: run.isKnown }
}

const ALREADY_THERE: Estimate = { ms: 1, isKnown: true }

/** Of a node without its steps. */
function estimateRun(
  node: NodeToRun,
  { learned, isCold }: { learned: LearnedCosts; isCold: boolean | null },
): Estimate | null {
  const [warm, cold] = [learned.estimate('warm', node), learned.estimate('cold', node)]
  if (isCold) return cold ?? warm
  // a loader that was only seen to load: whenever its model was in place, hosts had its result as well
  return warm ?? (node.loads && cold ? ALREADY_THERE : cold)
}

/** Longer than any class is named: a submitter may write a megabyte, and patterns take their time over it. */
const MAX_CLASS_NAME = 200

function guess(className: string): number {
  const name = className.slice(0, MAX_CLASS_NAME)
  return GUESSES.find(([pattern]) => pattern.test(name))?.[1] ?? OTHER_MS
}

export interface Measurement {
  quantity: Quantity
  work: Work
  ms: number
}

/** What an execution has shown, of the nodes that ran in it from beginning to end: not of those it had results of. */
export function measureNodes(state: TrackerState): Measurement[] {
  const measured: Measurement[] = []
  for (const [id, run] of state.runs) {
    const planned = state.plan.nodes.get(id)
    if (!planned || run.tookMs === null || state.failed.has(id)) continue
    // others ran between its copies, and while its loop went round
    if (isRepeated(run) || state.loopCounts.has(id)) continue
    const { steps, isCold } = planned
    const work = { class: planned.class, model: planned.model, megapixels: planned.megapixels }
    const stepsMs = steps > 0 ? measureSteps(run) : 0
    if (stepsMs === null) {
      // it has not counted: beside a load nothing can be said of its steps
      if (isCold === false) measured.push({ quantity: 'step', work, ms: run.tookMs / steps })
      continue
    }
    if (steps > 0) measured.push({ quantity: 'step', work, ms: stepsMs / steps })
    const quantity = isCold ? 'cold' : 'warm'
    // who does not know what was in memory learns nothing of loading it
    if (isCold !== null) measured.push({ quantity, work, ms: Math.max(0, run.tookMs - stepsMs) })
  }
  return measured
}

/** ms of all its steps, as its first and last tell; null when they do not. */
export function measureSteps({ ticks }: Pick<NodeRun, 'ticks'>): number | null {
  if (!ticks || ticks.restarted || ticks.count === 0) return null
  const share = ticks.lastFraction - ticks.firstFraction
  return share > 0 ? (ticks.lastAt - ticks.firstAt) / share : null
}

/** As it is kept. */
export interface CostRecord extends CostSample {
  /** Of the kind of work. */
  name: string
}

/** Measurements as they are kept. At most one of each name: several nodes of a kind are one run. */
export function toCostRecords(measured: readonly Measurement[], hostId: string): CostRecord[] {
  const byName = new Map<string, number[]>()
  for (const { quantity, work, ms } of measured) {
    const name = nameOfWork(quantity, work)
    if (name === null) continue
    const known = byName.get(name) ?? []
    byName.set(name, [...known, toMiddleOfSize(quantity, work, ms)])
  }
  const by = markOf(hostId)
  return [...byName].map(([name, values]) => ({ name, ms: median(values), by }))
}
