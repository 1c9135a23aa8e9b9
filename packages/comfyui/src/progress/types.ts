/** The progress tracker's options and state. */
import type { Progress, Workflow } from '@safelight/shared'
import type { LearnedCosts } from './learned-costs.ts'
import type { Plan } from './plan.ts'

export interface TrackerOptions {
  workflow: Workflow
  /** Ids of the output nodes that run; when unknown they are guessed (graph/outputs.ts). */
  outputNodes?: readonly string[]
  /** What past runs say of its nodes. */
  learned?: LearnedCosts
  /** Where it runs. */
  hostId?: string
  /** Model files in the host's memory; all that it needs unless it is told. */
  inPlace?: readonly string[] | null
  /** Nodes that the host is known to have left out (./taken.ts). */
  skipped?: readonly string[]
}

/** A node of the workflow that has started. */
export interface NodeRun {
  startedAt: number
  /** ms it took; null while it runs */
  tookMs: number | null
  /** 0 to 1, from its own ticks */
  fraction: number
  /** Null before it has ticked. */
  ticks: Ticks | null
  /** Nodes that its expansion made, by runtime id → fraction. */
  children: ReadonlyMap<string, number>
  /** Its copies in a loop that run now, by runtime id → fraction, and how many are over. */
  copies: ReadonlyMap<string, number>
  copiesDone: number
  /** Under its own id. Nodes of a native loop never do. */
  ranItself: boolean
}

/** Of a node's own counter: its first and its last step tell what one takes. */
export interface Ticks {
  firstAt: number
  firstFraction: number
  lastAt: number
  lastFraction: number
  /** Since the first. */
  count: number
  /** It has begun anew in between: what it counts is not the whole. */
  restarted: boolean
}

/** How often a loop goes round, as its host told it: of each of its own runs (an inner loop has several). */
export interface LoopCount {
  /** Runtime id of a StartLoop → iterations. */
  ofRuns: ReadonlyMap<string, number>
  latest: number
  /** What the host said last, e.g. `Iteration 2 / 3`. */
  text: string
}

export interface Focus {
  id: string
  value: number
  max: number
  /** What the node does when it does not count yet, in the host's word (`loading`). */
  activity: string | null
}

/** Everything the fold remembers; immutable. Readers want `progress`. */
export interface TrackerState {
  readonly progress: Progress
  readonly plan: Plan
  readonly cached: ReadonlySet<string>
  readonly runs: ReadonlyMap<string, NodeRun>
  /** The node people are shown, and exactly what the host last reported of it. */
  readonly focus: Focus | null
  /** Of the plan's nodes, those that have to run as far as is known: what only cached ones need is not among them. */
  readonly toRun: ReadonlySet<string>
  /** StartLoop → what is known of its iterations. */
  readonly loopCounts: ReadonlyMap<string, LoopCount>
  /** Runtime id → the node it is shown as, where that is not its maker. */
  readonly copyOf: ReadonlyMap<string, string>
  /** Nodes that raised while others went on, and those that therefore never run. */
  readonly failed: ReadonlySet<string>
  readonly blocked: ReadonlySet<string>
  readonly step: number | null
  readonly steps: number | null
  readonly kind: Progress['kind']
  readonly startedAt: number | null
  readonly succeeded: boolean
  /** Last `progress_state`, to find which node moved: runtime id → its state. */
  readonly lastStates: ReadonlyMap<string, string>
}
