/** The progress tracker's words. */
import type { Progress, Workflow } from '@safelight/shared'
import type { Plan } from './plan.ts'

/** Learned cost of a node class: milliseconds per run, or per step where the class has steps. */
export type NodeCosts = Record<string, { ms: number }>

export interface TrackerOptions {
  workflow: Workflow
  /** Ids of the output nodes that run; when unknown they are guessed (graph/outputs.ts). */
  outputNodes?: readonly string[]
  costs?: NodeCosts
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
  /** The node people are shown, and exactly what the host last said of it. */
  readonly focus: { id: string; value: number; max: number } | null
  readonly step: number | null
  readonly steps: number | null
  readonly kind: Progress['kind']
  readonly startedAt: number | null
  readonly succeeded: boolean
  /** Last `progress_state`, to see which node moved: runtime id → what was said of it. */
  readonly told: ReadonlyMap<string, string>
}
