/** The one shape of every refusal: `{error: {code, message, details}}`. */
import { z } from 'zod'
import { jsonObjectSchema } from '../foreign-names.ts'

export const errorEnvelopeSchema = z
  .object({
    error: z.object({
      /** Stable and machine-readable: decide by it, never by the message. */
      code: z.string().meta({ example: 'invalid_workflow' }),
      message: z.string(),
      /** e.g. `{ node_errors }` of a refused workflow. */
      details: jsonObjectSchema.nullable(),
    }),
  })
  .meta({ id: 'ErrorEnvelope' })
export type ErrorEnvelope = z.infer<typeof errorEnvelopeSchema>
