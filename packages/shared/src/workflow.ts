/** An API-format workflow: what ComfyUI executes and what users submit. Shape only; meaning is checked in `@safelight/comfyui`. */
import { z } from 'zod'

export const workflowNodeSchema = z.looseObject({
  class_type: z.string().min(1),
  inputs: z.record(z.string(), z.unknown()),
  _meta: z.looseObject({ title: z.string().optional() }).optional(),
})
export type WorkflowNode = z.infer<typeof workflowNodeSchema>

export const workflowSchema = z.record(z.string(), workflowNodeSchema)
/** Node id → node. */
export type Workflow = z.infer<typeof workflowSchema>
