/** Payloads of the server-sent event stream, by event name. Comfy API v2's schemas plus `job_id`, `seq` and `stamp`. */
import { z } from 'zod'
import { jobErrorSchema } from '../job-error.ts'
import { progressSchema } from '../progress.ts'
import { jobPhaseSchema, jobStatusSchema } from '../status-schema.ts'
import { outputViewSchema } from './output-view.ts'

/** `stamp` names the event of this history: see `Last-Event-ID`. */
const origin = { job_id: z.string(), seq: z.int().nonnegative(), stamp: z.string() }

export const sseStatusSchema = z
  .object({
    status: jobStatusSchema,
    queue_position: z.int().nonnegative().nullable(),
    /** While queued: expected ms until it has ended; null when nobody can say. Later `progress` has it. */
    eta_ms: z.number().nonnegative().nullable(),
    phase: jobPhaseSchema.nullable(),
    attempt: z.int().nonnegative(),
    ...origin,
    /** Only on the terminal frame: the complete set of outputs, and why the job failed. */
    outputs: z.array(outputViewSchema).optional(),
    error: jobErrorSchema.nullable().optional(),
  })
  .meta({ id: 'StatusEvent' })
export type SseStatus = z.infer<typeof sseStatusSchema>

export const sseProgressSchema = progressSchema.extend(origin).meta({ id: 'ProgressEvent' })
export type SseProgress = z.infer<typeof sseProgressSchema>

export const sseOutputSchema = outputViewSchema
  .extend({ seq: origin.seq, stamp: origin.stamp })
  .meta({ id: 'OutputEvent' })
export type SseOutput = z.infer<typeof sseOutputSchema>

export const ssePreviewSchema = z
  .object({
    node_id: z.string(),
    content_type: z.string(),
    data_base64: z.string(),
    job_id: z.string(),
  })
  .meta({ id: 'PreviewEvent' })
export type SsePreview = z.infer<typeof ssePreviewSchema>
