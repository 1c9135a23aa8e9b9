/** What has become of each node of a job's workflow; one that is not named waits, or nothing needs it. */
import { z } from 'zod'

/**
 * `skipped`: an output that the host dropped because its inputs are not valid, or what only such outputs needed.
 * `blocked`: it needed a node that failed while the rest went on, and never ran.
 */
export const nodeStateSchema = z.enum(['running', 'done', 'cached', 'failed', 'skipped', 'blocked'])
export type NodeState = z.infer<typeof nodeStateSchema>

/** By id in the submitted workflow; a node made by expansion counts toward the one that made it. */
export const nodeStatesSchema = z.record(z.string(), nodeStateSchema)
export type NodeStates = z.infer<typeof nodeStatesSchema>
