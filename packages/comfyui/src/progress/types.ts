/** The progress tracker's face: a pure fold from host messages to `Progress`. */
import type { Progress, Workflow } from '@safelight/shared'
import type { HostMessage } from '../protocol/host-message.ts'

/** Learned cost of a node class: milliseconds per run, or per step where the class has steps. */
export type NodeCosts = Record<string, { ms: number }>

export interface TrackerOptions {
  workflow: Workflow
  /** Ids of the output nodes that run; when unknown they are guessed (see graph/outputs.ts). */
  outputNodes?: readonly string[]
  costs?: NodeCosts
}

/** Opaque, immutable. */
export interface TrackerState {
  readonly progress: Progress
}

export interface ProgressFold {
  start(options: TrackerOptions, atMs: number): TrackerState
  fold(state: TrackerState, message: HostMessage, atMs: number): TrackerState
}
