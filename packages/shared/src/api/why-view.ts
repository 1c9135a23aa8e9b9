/** `Why`: what a job that has not ended waits for, or is at, for programs (`code`, `details`) and for people (`text`). */
import { z } from 'zod'
import { hostReasonSchema, hostStateSchema } from '../host-state-schema.ts'
import { jobPhaseSchema, jobStatusSchema } from '../status-schema.ts'

/** While it waits, in the order in which they are looked at; then what it is at; then the end. */
export const WHY_CODES = [
  'on_its_way', // it has a slot of a host, and its ticket is about to be taken
  'deferred', // it was put back, and may not begin before a time
  'astray', // it is in no queue: the reconciler puts it back
  'no_host', // no worker has ever reported one
  'no_worker', // no worker is alive
  'no_host_of_pool',
  'no_host_has', // a node class, or a file
  'hosts_unavailable', // those that could run it take no jobs
  'owner_limit',
  'avoiding_hosts', // that failed it, for a while
  'behind_others',
  'fleet_busy', // it is next, and no host is free
  'next',
  'worker_lost', // nobody drives the host that has it
  'host_away',
  'preparing',
  'submitted',
  'executing',
  'collecting',
  'canceling',
  'ended',
] as const
export type WhyCode = (typeof WHY_CODES)[number]

const ms = z.number().nonnegative().nullable()
const moment = z.iso.datetime().nullable()

export const whyHostSchema = z
  .object({
    id: z.string(),
    state: hostStateSchema,
    reason: hostReasonSchema,
    since: z.iso.datetime(),
    slots: z.int().nonnegative(),
    free_slots: z.int().nonnegative(),
    lacks: z.array(z.string()).meta({ description: 'What of its needs the host does not have.' }),
    avoided: z.boolean().meta({ description: 'It failed the job: others go first for a while.' }),
  })
  .meta({ id: 'WhyHost' })
export type WhyHost = z.infer<typeof whyHostSchema>

export const whyDetailsSchema = z
  .object({
    place: z.enum(['backlog', 'deferred', 'execute', 'collect', 'nowhere', 'ended']),
    phase: jobPhaseSchema.nullable(),
    host_id: z.string().nullable(),
    pool: z.string().nullable(),
    ahead: z.int().nonnegative().nullable().meta({ description: 'Jobs before it in its pool.' }),
    ahead_by_owner: z
      .array(z.object({ owner: z.string(), jobs: z.int().positive() }))
      .meta({ description: 'Whose the first of those are, the most first; ten owners at most.' }),
    ahead_counted: z
      .int()
      .nonnegative()
      .meta({ description: 'Of those ahead, how many were looked at for their owners.' }),
    begins_in_ms: ms.meta({ description: 'Expected; null when nobody can say.' }),
    ends_in_ms: ms,
    owner: z.object({
      name: z.string(),
      running: z.int().nonnegative(),
      limit: z.int().positive().nullable(),
    }),
    until: moment.meta({ description: 'Not before then; null when no time is set.' }),
    since: moment.meta({
      description: 'Since when it is at what `code` says, where that is known.',
    }),
    start_by: moment,
    node: z
      .object({
        id: z.string().nullable(),
        class: z.string().nullable(),
        elapsed_ms: ms,
        expected_ms: ms,
      })
      .nullable(),
    attempts: z.array(
      z.object({
        attempt: z.int().nonnegative(),
        host_id: z.string(),
        cause: z.string(),
        at: moment,
      }),
    ),
    hosts: z
      .array(whyHostSchema)
      .meta({ description: 'Of its pool, or all when none has the label; twenty at most.' }),
    hosts_total: z.int().nonnegative(),
  })
  .meta({ id: 'WhyDetails' })
export type WhyDetails = z.infer<typeof whyDetailsSchema>

export const whyViewSchema = z
  .object({
    status: jobStatusSchema,
    code: z
      .enum(WHY_CODES)
      .meta({ description: 'What a program decides by; later versions add some.' }),
    text: z.string().meta({
      description: 'For people, in English.',
      example:
        'Behind 12 jobs, 9 of them of owner a; needs pool b: 2 hosts, both busy; should begin in about 40 s.',
    }),
    details: whyDetailsSchema,
  })
  .meta({ id: 'Why' })
export type WhyView = z.infer<typeof whyViewSchema>
