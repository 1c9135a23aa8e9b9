/** Purging by filter: which ended jobs are meant, and what went. */
import { z } from 'zod'
import { labelSchema, nextCallSchema } from './requests.ts'

const ENDED = ['succeeded', 'failed', 'canceled', 'expired'] as const

/** Hundred years. */
const AGE_MAX_S = 3_153_600_000

export const purgeRequestSchema = z
  .strictObject({
    older_than_s: z.int().min(0).max(AGE_MAX_S).optional().meta({
      description: 'Only jobs that ended so many seconds ago, or earlier.',
      example: 604_800,
    }),
    status: z
      .array(z.enum(ENDED))
      .min(1)
      .max(ENDED.length)
      .optional()
      .meta({ description: 'Only these.', example: ['succeeded'] }),
    owner: labelSchema.optional().meta({ description: 'Only jobs of this owner.' }),
    all: z.literal(true).optional().meta({ description: 'Without any condition: all that ended.' }),
    dead_letters: z.boolean().default(false).meta({
      description: 'Also jobs that are listed among the dead letters, which wait for somebody.',
    }),
    dry_run: z.boolean().default(true).meta({
      description: 'Delete nothing, only count: `false` must be said.',
    }),
    cursor: nextCallSchema,
  })
  .refine(
    ({ older_than_s, status, owner, all }) =>
      (older_than_s ?? status ?? owner ?? all) !== undefined,
    { error: 'name a condition, or "all": true for all jobs that have ended' },
  )
  .meta({ id: 'PurgeRequest' })
export type PurgeRequest = z.input<typeof purgeRequestSchema>

export const purgeResultSchema = z
  .object({
    dry_run: z.boolean(),
    jobs: z.int().nonnegative().meta({ description: 'That are gone, or would be.' }),
    outputs: z.int().nonnegative().meta({
      description:
        'Their outputs, gone with them; in a dry run all they have, some of which may have to stay.',
    }),
    outputs_kept: z.int().nonnegative().meta({
      description: 'Outputs that stay, because other jobs refer to them or they are kept longer.',
    }),
    bytes: z.int().nonnegative().meta({
      description:
        'Of files that nothing refers to any more, which are removed within minutes; in a dry run of all their outputs.',
    }),
    skipped: z.int().nonnegative().meta({ description: 'Were gone, or changed, meanwhile.' }),
    truncated: z.boolean(),
    next_cursor: z.string().nullable().meta({
      description: 'There may be more, also when this call found none: call again with it.',
    }),
  })
  .meta({ id: 'PurgeResult' })
export type PurgeResult = z.infer<typeof purgeResultSchema>
