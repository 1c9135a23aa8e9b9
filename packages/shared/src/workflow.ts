/** An API-format workflow: what ComfyUI executes and what users submit. Shape only; meaning is checked in `@safelight/comfyui`. */
import { z } from 'zod'
import { isJsonObject } from './graph-shape.ts'

export interface WorkflowNode {
  class_type: string
  inputs: Record<string, unknown>
  /** The editor's notes, e.g. a title of any kind: hosts do not look at them. */
  _meta?: Record<string, unknown> | null
  [more: string]: unknown
}

/** Node id → node. */
export type Workflow = Record<string, WorkflowNode>

/** The very object that was given: a copy made member by member would lose a node called `__proto__`. */
export const workflowSchema = z.unknown().transform((candidate, context): Workflow => {
  if (!isJsonObject(candidate)) {
    context.addIssue({ code: 'custom', message: 'a workflow is an object: node id → node' })
    return z.NEVER
  }
  for (const [id, node] of Object.entries(candidate)) {
    const field = lackOf(node)
    if (field === null) continue
    context.addIssue({ code: 'custom', path: [id, ...field], message: 'a node is incomplete' })
    return z.NEVER
  }
  // every node was looked at
  return candidate as Workflow
})

/** The field that a node lacks, none when it is no node at all; null when it is one. */
function lackOf(node: unknown): string[] | null {
  if (!isJsonObject(node)) return []
  const className = node['class_type']
  const inputs = node['inputs']
  const hasClass = typeof className === 'string' && className !== ''
  if (!hasClass && !isJsonObject(inputs)) return []
  if (!hasClass) return ['class_type']
  if (!isJsonObject(inputs)) return ['inputs']
  return isNotes(node['_meta']) ? null : ['_meta']
}

function isNotes(meta: unknown): boolean {
  return meta === undefined || meta === null || isJsonObject(meta)
}
