/** What a scaler is told: what waits and runs, and how many hosts that is work for. */
import { z } from 'zod'
import { labelSchema } from './requests.ts'

/** Of the pools that a scaler may ask for at once. */
const POOLS_MAX = 20

/** The pool of jobs that name none. A host's label of the same name counts with it. */
export const ANY_POOL_NAME = 'any'

export const poolScaleSchema = z
  .object({
    backlog: z.int().nonnegative().meta({
      description: 'Jobs that wait, those included that are tried again later.',
    }),
    oldest_wait_s: z.number().nonnegative().meta({
      description: 'How long the oldest of them has been accepted; 0 when none waits.',
    }),
    running: z.int().nonnegative().meta({
      description: 'Jobs that hosts have: that execute, are next there, or are carried away.',
    }),
    slots: z.int().nonnegative().meta({ description: 'Of the ready hosts, together.' }),
    hosts_ready: z.int().nonnegative().meta({ description: 'Hosts that take jobs of the pool.' }),
    hosts_known: z.int().nonnegative().meta({
      description:
        'Hosts with the label that a worker has reported within a day, whether or not they take jobs. 0 while jobs wait: a label that is misspelt or renamed, or a pool that has slept for longer.',
    }),
    wanted_hosts: z.int().nonnegative().meta({
      description:
        'How many hosts there should be for what waits to begin within `target_s`, as past runs tell. 0 only when nothing waits or runs; 1 at most for a label that none of the known hosts has.',
    }),
  })
  .meta({ id: 'PoolScale' })
export type PoolScale = z.infer<typeof poolScaleSchema>

export const scaleQuerySchema = z.strictObject({
  pool: z
    .string()
    .max(2_048)
    .transform((list) => list.split(',').filter((name) => name !== ''))
    .pipe(z.array(labelSchema).min(1).max(POOLS_MAX))
    .optional()
    .meta({
      description:
        'The numbers of these pools together, comma-separated, at the top level: for a scaler of the hosts that serve them. `any`: jobs that name no pool.',
      example: 'sdxl,any',
    }),
  target_s: z.coerce.number().int().min(1).max(86_400).default(60).meta({
    description: 'How long a job should wait at most.',
  }),
})
export type ScaleQuery = z.output<typeof scaleQuerySchema>

export const scaleViewSchema = z
  .object({
    pools: z.record(z.string(), poolScaleSchema).optional().meta({
      description: 'By name, `any` being that of jobs that name none; without `pool` only.',
    }),
    ...poolScaleSchema.partial().shape,
  })
  .meta({ id: 'Scale' })
export type ScaleView = z.infer<typeof scaleViewSchema>
