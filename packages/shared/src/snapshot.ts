/** `Snapshot`: the fold of a job's events so far. Complete in itself: one snapshot re-syncs a client. */
import { z } from 'zod'
import { phaseTimesSchema, warningSchema } from './events.ts'
import { jsonObjectSchema } from './foreign-names.ts'
import { DEFAULT_OWNER } from './limits.ts'
import { jobErrorSchema } from './job-error.ts'
import { nodeStatesSchema } from './node-state.ts'
import { outputSchema } from './output.ts'
import { progressSchema } from './progress.ts'
import { jobPhaseSchema, jobStatusSchema } from './status-schema.ts'

export const jobLimitsSchema = z.object({
  /** ms since the epoch: a job that has not started by then becomes `expired` and never runs. */
  startBy: z.number().nullable(),
  /** ms from the first start to the end, over all attempts; past it the job fails with `timeout`. */
  timeoutMs: z.number().nullable(),
  /** How often a job may be tried again after a node raised. 0 unless asked for. */
  nodeRetries: z.int().nonnegative(),
  /** Whether the job succeeds with what could be made when the host went on without nodes that failed. No, unless asked for. */
  allowPartial: z.boolean().optional(),
  /** Ids of the output nodes that are asked for; absent: all there are. */
  targets: z.array(z.string()).optional(),
})
export type JobLimits = z.infer<typeof jobLimitsSchema>

export const snapshotSchema = z.object({
  jobId: z.string(),
  /** `seq` of the last event folded in; 0 for a job that was just accepted. */
  seq: z.int().nonnegative(),
  /** `stamp` of that event: `seq` and `stamp` together say exactly what is folded in. */
  stamp: z.string(),
  status: jobStatusSchema,
  phase: jobPhaseSchema.nullable(),
  attempt: z.int().nonnegative(),
  hostId: z.string().nullable(),
  progress: progressSchema.nullable(),
  /** Of the attempt at hand, or of the last one. */
  nodes: nodeStatesSchema.default({}),
  outputs: z.array(outputSchema),
  error: jobErrorSchema.nullable(),
  warnings: z.array(warningSchema),
  times: phaseTimesSchema,
  /** Whose job it is: a tenant. */
  owner: z.string().default(DEFAULT_OWNER),
  /** Only a host with this label may run it; null: any. */
  pool: z.string().nullable().default(null),
  /** Higher runs sooner; 0 is normal. */
  priority: z.int(),
  /** The submitter's own words, opaque to us, at most 1 KiB as JSON. */
  metadata: jsonObjectSchema.nullable(),
  /** What the submitter allows the job. */
  limits: jobLimitsSchema,
  /** Listed among the dead letters; false again once replayed or discarded. */
  deadLetter: z.boolean(),
  /** The job this one repeats, if it came from the dead letters. */
  replayOf: z.string().nullable(),
  /** The job that repeats this dead letter. Set after the end, without an event. */
  replayedBy: z.string().nullable(),
  /** All times are ms since the epoch. */
  createdAt: z.number(),
  /** When the last event was written. */
  updatedAt: z.number().nullable().default(null),
  startedAt: z.number().nullable(),
  completedAt: z.number().nullable(),
  /** When the record and its outputs may be dropped. */
  expiresAt: z.number(),
})
export type Snapshot = z.infer<typeof snapshotSchema>

/** A snapshot whose outputs carry more, e.g. urls: what clients hold. */
export type SnapshotOf<O> = Omit<Snapshot, 'outputs'> & { outputs: O[] }
