/** What a deployment keeps, for how long, and whether that is kept to. */
import { z } from 'zod'

/** Everything that is kept beyond its use, or could pile up. */
export const RETAINED_KINDS = [
  'jobs',
  'dead_letters',
  'event_streams',
  'idempotency_keys',
  'secrets',
  'previews',
  'assets',
  'unneeded_bytes',
  'writes',
  'broken_parts',
  'staged_inputs',
  'orphans',
  'host_reports',
  'pools',
  'owners',
  'node_costs',
] as const
export type RetainedKind = (typeof RETAINED_KINDS)[number]

/** Those that somebody has to take away. Redis ends the others by itself, or they are cut with each write. */
export const SWEPT_KINDS = [
  'jobs',
  'dead_letters',
  'assets',
  'unneeded_bytes',
  'writes',
  'broken_parts',
  'staged_inputs',
  'pools',
] as const satisfies readonly RetainedKind[]
export type SweptKind = (typeof SWEPT_KINDS)[number]

const seconds = z.number().nonnegative()

export const sweepViewSchema = z
  .object({
    every_s: seconds.meta({ description: 'Pause between two of one process.' }),
    last_at: z.iso.datetime().nullable().meta({
      description: 'When one succeeded last, in whichever process; null when none ever has.',
    }),
    last_removed: z
      .object({ at: z.iso.datetime(), count: z.int().nonnegative() })
      .nullable()
      .meta({ description: 'The last one that found something to remove.' }),
    removed_total: z.int().nonnegative().meta({ description: 'Since the first one.' }),
  })
  .meta({ id: 'Sweep' })
export type SweepView = z.infer<typeof sweepViewSchema>

export const retainedViewSchema = z
  .object({
    kind: z.enum(RETAINED_KINDS),
    count: z.int().nonnegative().nullable().meta({
      description: 'How many there are; null where only reading all of them would tell.',
    }),
    oldest_age_s: seconds.nullable().meta({ description: 'Of the oldest, as far as it is known.' }),
    retention_s: seconds.nullable().meta({
      description: 'How long they are kept; null where that is no matter of time.',
    }),
    setting: z.string().nullable().meta({
      description: 'Which setting says so; null where it is fixed.',
      example: 'RETENTION',
    }),
    at_most: z.int().positive().nullable().meta({ description: 'More are never kept.' }),
    until: z.string().meta({ description: 'What ends them, in words.' }),
    overdue_s: seconds.nullable().meta({
      description: 'For how long the one that is due first has been due; null where none is due.',
    }),
    sweep: sweepViewSchema.nullable().meta({
      description: 'What takes them away; null where Redis does, or each write.',
    }),
    late: z.boolean().meta({
      description: 'Something should be gone and is not, or nobody has swept for too long.',
    }),
  })
  .meta({ id: 'Retained' })
export type RetainedView = z.infer<typeof retainedViewSchema>

export const housekeepingViewSchema = z
  .object({
    at: z.iso.datetime(),
    late: z.boolean().meta({ description: 'Whether any of them is.' }),
    kinds: z.array(retainedViewSchema),
  })
  .meta({ id: 'Housekeeping' })
export type HousekeepingView = z.infer<typeof housekeepingViewSchema>
