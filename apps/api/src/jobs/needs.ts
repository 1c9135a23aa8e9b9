/** What an accepted job needs of its host, and what it is expected to cost: kept beside its place in the backlog. */
import {
  expectedMs,
  type LearnedCosts,
  modelsOf,
  type NodeClasses,
  outputNodesOf,
} from '@safelight/comfyui'
import { NODE_NAME_MAX, type Workflow } from '@safelight/shared'
import { type JobNeeds, NO_NEEDS, type SKILLS } from '@safelight/store'
import { classNamesOf } from './fleet-knowledge.ts'

/** Classes of a graph that are compared; one with more runs where the first ones are known. */
const CLASSES_AT_MOST = 200

export interface NeedsBeside {
  /** Files that its host must list. */
  listed?: JobNeeds['listed']
  /** What its worker must be able to do. */
  skills?: readonly (typeof SKILLS)[keyof typeof SKILLS][]
}

/** @param beside nothing of a job that an older version accepted */
export function toNeeds(workflow: Workflow, beside: NeedsBeside = {}): JobNeeds {
  const { listed = [], skills = [] } = beside
  // read with every look for the next job: a name that no node can have is for a host to refuse
  const names = classNamesOf(workflow).filter((name) => name.length <= NODE_NAME_MAX)
  return {
    ...NO_NEEDS,
    classes: [...skills, ...names.slice(0, CLASSES_AT_MOST)],
    files: modelsOf(workflow),
    listed,
  }
}

export interface PricesDeps {
  learned: () => Promise<LearnedCosts>
  /** Owner → share of the GPUs; 1 for those not named. */
  weights: () => ReadonlyMap<string, number>
}

export interface AskedWork {
  workflow: Workflow
  classes: NodeClasses | null
  /** Ids of the output nodes that are asked for; null: all there are. */
  targets: readonly string[] | null
}

export interface Prices {
  /** Expected ms of GPU time, a whole number, 1 at least; whether nothing was measured of it; and what they count for its owner. */
  priceOf(
    owner: string,
    asked: AskedWork,
  ): Promise<{ cost: number; guessed: boolean; weight: number }>
}

/** Longer than any picture takes: what says so was measured on a host that hung. */
const COST_AT_MOST_MS = 24 * 3_600_000

export function createPrices({ learned: readLearned, weights }: PricesDeps): Prices {
  return {
    async priceOf(owner, { workflow, classes, targets }) {
      const learned = await readLearned()
      const outputNodes = targets ?? outputNodesOf(workflow, classes ?? {})
      const { ms, isKnown } = expectedMs({ workflow, outputNodes, learned })
      const cost = Math.max(1, Math.round(Math.min(COST_AT_MOST_MS, ms)))
      return { cost, guessed: !isKnown, weight: weights().get(owner) ?? 1 }
    },
  }
}
