/** The progress tracker's options and state. */
import type { Progress, Workflow } from '@safelight/shared'
import type { Plan } from './plan.ts'

/** Measured cost of a node class: milliseconds per run, or per step where the class has steps. */
export type CostByClass = Record<string, { ms: number }>

export interface TrackerOptions {
  workflow: Workflow
  /** Ids of the output nodes that run; when unknown they are guessed (graph/outputs.ts). */
  outputNodes?: readonly string[]
  costs?: CostByClass
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
  /** Nodes that its expansion made, by runtime id → fraction. */
  children: ReadonlyMap<string, number>
}

/** Everything the fold remembers; immutable. Readers want `progress`. */
export interface TrackerState {
  readonly progress: Progress
  readonly plan: Plan
  readonly cached: ReadonlySet<string>
  readonly runs: ReadonlyMap<string, NodeRun>
  /** The node people are shown, and exactly what the host last reported of it. */
  readonly focus: { id: string; value: number; max: number } | null
  readonly step: number | null
  readonly steps: number | null
  readonly kind: Progress['kind']
  readonly startedAt: number | null
  readonly succeeded: boolean
  /** Last `progress_state`, to find which node moved: runtime id → its state. */
  readonly lastStates: ReadonlyMap<string, string>
}
