/** `JobError`: why a job failed, safe to show to anyone who may see the job. */
import { z } from 'zod'
import { JOB_ERROR_CODES } from './error-codes.ts'
import { jsonObjectSchema } from './foreign-names.ts'

export const jobErrorSchema = z
  .object({
    code: z.enum(JOB_ERROR_CODES),
    message: z.string(),
    node_id: z.string().nullable().optional(),
    class_type: z.string().nullable().optional(),
    /** Python traceback without host paths. */
    traceback: z.string().nullable().optional(),
    /** e.g. `{ node_errors }` as ComfyUI gave them, per node. */
    details: jsonObjectSchema.nullable().optional(),
  })
  .meta({ id: 'JobError' })
export type JobError = z.infer<typeof jobErrorSchema>
