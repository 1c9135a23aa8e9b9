/** What has become of each node of a job's workflow; one that is not named waits, or nothing needs it. */
import { z } from 'zod'
import { isJsonObject } from './graph-shape.ts'

/**
 * `skipped`: an output that the host dropped because its inputs are not valid, or what only such outputs needed.
 * `blocked`: it needed a node that failed while the rest went on, and never ran.
 */
export const nodeStateSchema = z.enum(['running', 'done', 'cached', 'failed', 'skipped', 'blocked'])
export type NodeState = z.infer<typeof nodeStateSchema>

/** By id in the submitted workflow; a node made by expansion counts toward the one that made it. */
export const nodeStatesSchema = z
  .unknown()
  // not a record of zod's: see foreign-names.ts
  .refine(isNodeStates, { error: 'must be states by the ids of nodes' })
  .meta({
    type: 'object',
    additionalProperties: { type: 'string', enum: nodeStateSchema.options },
    // refined to just that
  }) as z.ZodType<NodeStates, NodeStates>
export type NodeStates = Record<string, NodeState>

function isNodeStates(candidate: unknown): candidate is NodeStates {
  if (!isJsonObject(candidate)) return false
  return Object.values(candidate).every((state) => nodeStateSchema.safeParse(state).success)
}
