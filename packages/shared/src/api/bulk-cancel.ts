/** Canceling by filter: which jobs are meant, and how many there were. */
import { z } from 'zod'
import { labelSchema, nextCallSchema } from './requests.ts'

/** Jobs named in one request: more would not fit into an address. */
const IDS_AT_MOST = 200

const listOf = <S extends z.ZodType<unknown, string>>(item: S, most: number) =>
  z
    .string()
    .transform((list) => list.split(','))
    .pipe(z.array(item).min(1).max(most))

/** `name:value`; the name ends at the first colon. */
const metadataPair = z
  .string()
  .regex(/^[^:]+:/, 'must be name:value')
  .transform((text): [string, string] => {
    const colon = text.indexOf(':')
    return [text.slice(0, colon), text.slice(colon + 1)]
  })

export const bulkCancelQuerySchema = z
  .strictObject({
    status: listOf(z.enum(['queued', 'running']), 2)
      .optional()
      .meta({ description: 'Comma-separated: `queued`, `running`.', example: 'queued' }),
    ids: listOf(z.string().regex(/^[A-Za-z0-9_-]{1,128}$/), IDS_AT_MOST)
      .optional()
      .meta({ description: `Comma-separated job ids, at most ${IDS_AT_MOST}.` }),
    created_before: z.iso
      .datetime({ offset: true })
      .transform((text) => Date.parse(text))
      .optional()
      .meta({ description: 'Only jobs created before.', example: '2026-01-31T12:00:00Z' }),
    metadata: z
      .union([metadataPair.transform((pair) => [pair]), z.array(metadataPair).min(1).max(10)])
      .optional()
      .meta({
        description:
          'Only jobs whose metadata has this, as `name:value`. May be given more than once.',
        example: 'batch:42',
      }),
    owner: labelSchema.optional().meta({ description: 'Only jobs of this owner.' }),
    all: z.literal('true').optional().meta({ description: 'Without any condition: all jobs.' }),
    cursor: nextCallSchema,
  })
  .refine(
    ({ status, ids, created_before, metadata, owner, all }) =>
      (status ?? ids ?? created_before ?? metadata ?? owner ?? all) !== undefined,
    { error: 'name a condition, or all=true for all jobs' },
  )
export type BulkCancelQuery = z.output<typeof bulkCancelQuerySchema>

export const bulkCancelResultSchema = z
  .object({
    /** Were queued, and are over. */
    canceled: z.int().nonnegative(),
    /** Are running, and asked to stop. */
    canceling: z.int().nonnegative(),
    /** Left as they were: ended or canceling already, unknown, or no longer what was asked for. */
    skipped: z.int().nonnegative(),
    /** There may be more: call again with `next_cursor`. */
    truncated: z.boolean(),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'BulkCancelResult' })
export type BulkCancelResult = z.infer<typeof bulkCancelResultSchema>
