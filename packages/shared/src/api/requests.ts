/** What a client may send to the REST face. Closed objects: an unknown field is refused, never ignored. */
import { z } from 'zod'
import { jsonObjectSchema } from '../foreign-names.ts'
import { isJsonObject } from '../graph-shape.ts'
import {
  DEFAULT_OWNER,
  LABEL_PATTERN,
  METADATA_MAX_BYTES,
  NODE_NAME_MAX,
  PRIORITY_LIMIT,
  TARGETS_MAX,
} from '../limits.ts'
import { jobStatusSchema } from '../status-schema.ts'

export const metadataSchema = jsonObjectSchema
  .refine((metadata) => byteLength(metadata) <= METADATA_MAX_BYTES, {
    error: `metadata may be at most ${METADATA_MAX_BYTES} bytes of JSON`,
  })
  .meta({ description: `Opaque to the service; at most ${METADATA_MAX_BYTES} bytes of JSON.` })

export const labelSchema = z
  .string()
  .regex(LABEL_PATTERN, 'must be 1 to 64 letters, digits, ., _ and -')

const prioritySchema = z
  .int()
  .min(-PRIORITY_LIMIT)
  .max(PRIORITY_LIMIT)
  .meta({ description: 'Higher runs sooner; 0 is normal.' })

export const extraDataSchema = z
  .strictObject({
    api_key_comfy_org: z
      .string()
      .min(1)
      .max(4096)
      .optional()
      .meta({ description: 'API key for partner (API) nodes.' }),
    extra_pnginfo: z
      .unknown()
      .refine((info) => info === undefined || isJsonObject(info), { error: 'must be an object' })
      .optional()
      .meta({
        type: 'object',
        additionalProperties: true,
        description: 'What hosts write into the pictures, e.g. the editor’s `workflow`, verbatim.',
      }),
  })
  .meta({ description: 'Handed to the host with the workflow; never part of the job record.' })
export type ExtraData = z.infer<typeof extraDataSchema>

export const submitRequestSchema = z.strictObject({
  workflow: z
    .unknown()
    .refine((workflow) => workflow !== undefined, { error: 'workflow is required' })
    .meta({
      type: 'object',
      additionalProperties: true,
      description: 'API-format workflow graph, verbatim.',
    }),
  extra_data: extraDataSchema.optional(),
  priority: prioritySchema.optional(),
  owner: labelSchema.optional().meta({
    description: `Whose job it is: a tenant. Nobody waits behind all jobs of another owner. Unset: \`${DEFAULT_OWNER}\`.`,
  }),
  pool: labelSchema.optional().meta({
    description: 'Only a host with this label may run it. Unset: any.',
  }),
  metadata: metadataSchema.optional(),
  start_deadline_s: z.int().min(1).max(604_800).optional().meta({
    description:
      'A job that has not started after so many seconds becomes `expired`. One that has goes on, also when its attempt is lost and it waits for another.',
  }),
  timeout_s: z.int().min(1).max(86_400).optional().meta({
    description: 'A job not done so many seconds after its first start fails with `timeout`.',
  }),
  node_retries: z.int().min(0).max(5).optional().meta({
    description: 'How often to try again when a node raises; 0 unless asked for.',
  }),
  partial_execution_targets: z
    .array(z.string().min(1).max(NODE_NAME_MAX))
    .min(1)
    .max(TARGETS_MAX)
    .optional()
    .meta({
      description:
        'Ids of output nodes: only these, and what they need, are executed. Unset: every output.',
      example: ['9'],
    }),
  allow_partial_results: z.boolean().optional().meta({
    description:
      'Where a host goes on without the nodes that failed: succeed with what it made, and warn of the rest. Otherwise the job fails with the first of these nodes; its outputs are kept either way.',
  }),
})
export type SubmitRequest = z.input<typeof submitRequestSchema>

export const patchRequestSchema = z
  .strictObject({ priority: prioritySchema })
  .meta({ id: 'PatchRequest' })
export type PatchRequest = z.input<typeof patchRequestSchema>

const cursorSchema = z.string().min(1).max(512).optional()
/** Of what is done to many jobs, a bounded number per call. */
export const nextCallSchema = cursorSchema.meta({ description: '`next_cursor` of the last call.' })

export const pageQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: cursorSchema,
})

export const listQuerySchema = pageQuerySchema.extend({
  status: z
    .string()
    .transform((list) => list.split(','))
    .pipe(z.array(jobStatusSchema).min(1).max(7))
    .optional()
    .meta({ description: 'Comma-separated statuses.', example: 'queued,running' }),
  owner: labelSchema.optional().meta({ description: 'Only jobs of this owner.' }),
})

function byteLength(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).byteLength
}
