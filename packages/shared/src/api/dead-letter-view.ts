/** A dead letter as the REST face shows it: the job, and what is known of its failure. */
import { z } from 'zod'
import { jobErrorSchema } from '../job-error.ts'
import { jobViewSchema } from './job-view.ts'

export const deadLetterViewSchema = z
  .object({
    job: jobViewSchema,
    failed_at: z.iso.datetime(),
    /** Why the last attempt failed. */
    error: jobErrorSchema.nullable(),
    /** Attempts that were made. */
    attempts: z.int().nonnegative(),
    /** What is known of the attempts that failed, oldest first. */
    failures: z.array(
      z.object({ attempt: z.int().nonnegative(), host_id: z.string(), cause: z.string() }),
    ),
  })
  .meta({ id: 'DeadLetter' })
export type DeadLetterView = z.infer<typeof deadLetterViewSchema>
