/** `Output` as a client sees it: the stored record plus where to fetch it. */
import { z } from 'zod'
import { outputSchema } from '../output.ts'

export const outputViewSchema = outputSchema
  .omit({ expires_at: true })
  .extend({
    /** Absolute address of the content. */
    url: z.url(),
    url_expires_at: z.iso.datetime(),
    job_id: z.string(),
  })
  .meta({ id: 'Output' })
