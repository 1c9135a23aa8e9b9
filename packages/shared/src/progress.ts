/** `Progress`: one complete picture of how far a job is; a superset of Comfy API v2's schema. */
import { z } from 'zod'

/**
 * Where the numbers come from: `connected` (a host took the job, nothing ran yet), `inference`
 * (legacy `execution_progress`), `node` (`progress` of one node), `aggregate` (`progress_state`
 * of every node), `complete` (all outputs are stored).
 */
export const progressKindSchema = z.enum([
  'connected',
  'inference',
  'node',
  'aggregate',
  'complete',
])
export type ProgressKind = z.infer<typeof progressKindSchema>

export const nodeProgressSchema = z.object({
  /** Id in the submitted workflow; a node made by expansion is shown as the node that made it. */
  id: z.string(),
  class: z.string().nullable(),
  /** `_meta.title` of the node, if the workflow carries one. */
  title: z.string().nullable(),
  /** Exactly what the host said of the ticking node. */
  value: z.number(),
  max: z.number(),
  /** What it does besides, if the host says so: `loading model`, `Iteration 2 / 3`. */
  detail: z.string().optional(),
})
export type NodeProgress = z.infer<typeof nodeProgressSchema>

export const progressSchema = z
  .object({
    /** Overall fraction, 0 to 1. Never falls; 1 only when every output is stored. */
    value: z.number().min(0).max(1),
    nodes_done: z.int().nonnegative(),
    /** Nodes reachable from the outputs that the host runs, less the cached ones. */
    nodes_total: z.int().nonnegative(),
    current_node: z.string().nullable(),
    current_node_class: z.string().nullable(),
    step: z.int().nonnegative().nullable(),
    steps: z.int().nonnegative().nullable(),
    /** One line for people, e.g. `KSampler 5/20`. */
    message: z.string().nullable(),
    kind: progressKindSchema,
    node: nodeProgressSchema.nullable(),
    /** Milliseconds until the host is done, by past runs and by what this one has shown; null when that is not enough to tell. */
    eta_ms: z.number().nullable(),
  })
  .meta({ id: 'Progress' })
export type Progress = z.infer<typeof progressSchema>
