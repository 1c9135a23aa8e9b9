/** `Job`: what the REST face says of a job. Comfy API v2's schema, plus `phase` and everything after it. */
import { z } from 'zod'
import { warningSchema } from '../events.ts'
import { jsonObjectSchema } from '../foreign-names.ts'
import { jobErrorSchema } from '../job-error.ts'
import { nodeStatesSchema } from '../node-state.ts'
import { progressSchema } from '../progress.ts'
import { jobPhaseSchema, jobStatusSchema } from '../status-schema.ts'
import { outputViewSchema } from './output-view.ts'

export const jobUrlsSchema = z
  .object({ self: z.string(), events: z.string(), cancel: z.string() })
  .meta({
    id: 'JobUrls',
    description: 'Follow-up links, relative to the host: follow these, do not build URLs.',
  })

const milliseconds = z.int().nonnegative().nullable()
/** Null until the phase is over. */
export const jobMetricsSchema = z.object({
  queue_ms: milliseconds,
  prepare_ms: milliseconds,
  execution_ms: milliseconds,
  collect_ms: milliseconds,
})

/** What the submitter allowed. */
export const jobLimitsViewSchema = z.object({
  start_by: z.iso.datetime().nullable(),
  timeout_s: z.number().nullable(),
  node_retries: z.int().nonnegative(),
  /** Only where it was asked for. */
  allow_partial_results: z.boolean().optional(),
  /** Only where not all outputs were asked for. */
  partial_execution_targets: z.array(z.string()).optional(),
})

export const jobViewSchema = z
  .object({
    id: z.string(),
    status: jobStatusSchema,
    created_at: z.iso.datetime(),
    started_at: z.iso.datetime().nullable(),
    completed_at: z.iso.datetime().nullable(),
    /** When the record and its outputs may be dropped. */
    expires_at: z.iso.datetime(),
    queue_position: z.int().nonnegative().nullable().meta({
      description:
        'Jobs ahead in the fair order of its pool while it waits there: 0 is next, unless a worker’s `AGING` lets one go first that has waited for too long. Null otherwise: while it rests before another attempt, too, and once it has a host.',
    }),
    eta_ms: z.number().nonnegative().nullable().meta({
      description:
        'Expected ms to the end: while queued, of what runs and waits before it, in other pools of the same hosts too, and of the job itself; while it runs, of what is left. Learned from past runs of the same work, so null rather than a guess where there are none, and while no host may run it (`warnings` says why). It does not count down: it is as of the last news.',
    }),
    progress: progressSchema.nullable(),
    outputs: z.array(outputViewSchema),
    outputs_reused: z.boolean().meta({
      description:
        'Whether the host had any of them from an earlier job, and did not make it again.',
    }),
    error: jobErrorSchema.nullable(),
    metrics: jobMetricsSchema,
    urls: jobUrlsSchema,
    /** What a running job is doing. */
    phase: jobPhaseSchema.nullable(),
    /** From 1; 0 before the first try. */
    attempt: z.int().nonnegative(),
    owner: z.string().meta({ description: 'Whose job it is.' }),
    pool: z
      .string()
      .nullable()
      .meta({ description: 'The label of the hosts that may run it; null: any.' }),
    priority: z.int(),
    metadata: jsonObjectSchema.nullable(),
    nodes: nodeStatesSchema.meta({
      description:
        'Node id → `running`, `done`, `cached`, `failed`, `skipped` (the host dropped it, or what needed it) or `blocked` (it needed a node that failed while the rest went on); a node that is not named waits.',
    }),
    warnings: z.array(warningSchema),
    limits: jobLimitsViewSchema,
    dead_letter: z.boolean().meta({
      description:
        'Every attempt failed; listed at `/api/v2/dead-letters` until replayed or discarded.',
    }),
    replay_of: z.string().nullable().meta({ description: 'The dead letter this job repeats.' }),
    replayed_by: z.string().nullable().meta({ description: 'The job that repeats this one.' }),
    host_id: z.string().nullable().meta({ description: 'The host that has it, or had it last.' }),
    /** Number of the last event folded in; compare with the `id` of the event stream's frames, which begin with it. */
    seq: z.int().nonnegative(),
  })
  .meta({ id: 'Job' })
export type JobView = z.infer<typeof jobViewSchema>

export const jobPageSchema = z
  .object({
    jobs: z.array(jobViewSchema),
    /** Pass as `cursor` for the next page; null on the last. */
    next_cursor: z.string().nullable(),
    truncated: z.boolean(),
  })
  .meta({ id: 'JobPage' })
export type JobPage = z.infer<typeof jobPageSchema>

export const jobWorkflowSchema = z
  .object({
    workflow: jsonObjectSchema,
    format: z.enum(['save', 'api']),
  })
  .meta({ id: 'JobWorkflowResponse' })
export type JobWorkflowView = z.infer<typeof jobWorkflowSchema>
