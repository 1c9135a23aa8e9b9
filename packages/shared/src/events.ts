/** Job events: what happened to a job, numbered without gaps. Snapshot + later events = the whole truth. */
import { z } from 'zod'
import { jobErrorSchema } from './job-error.ts'
import { nodeStatesSchema } from './node-state.ts'
import { outputSchema } from './output.ts'
import { progressSchema } from './progress.ts'
import { jobPhaseSchema, jobStatusSchema } from './status-schema.ts'

export const warningSchema = z.object({
  code: z.enum([
    'output_dropped', // by the host, at submit: its inputs are not valid
    'execution_blocked', // by a node, on purpose
    'node_failed', // and the host went on with the rest
    'node_blocked', // it needed a node that failed
    'outputs_cut', // there are too many of them
    'output_missing', // it was made, and could not be brought home
    'no_host', // it waits, and no host that takes jobs could run it
  ]),
  message: z.string(),
  node_id: z.string().nullable(),
})
export type Warning = z.infer<typeof warningSchema>

/** Milliseconds spent per phase; null until the phase is over. */
export const phaseTimesSchema = z.object({
  queue: z.number().nullable(),
  prepare: z.number().nullable(),
  execute: z.number().nullable(),
  collect: z.number().nullable(),
})
export type PhaseTimes = z.infer<typeof phaseTimesSchema>

const statusBodySchema = z.object({
  type: z.literal('status'),
  status: jobStatusSchema,
  phase: jobPhaseSchema.nullable(),
  /** Attempt number, from 1; 0 before the first. */
  attempt: z.int().nonnegative().optional(),
  hostId: z.string().nullable().optional(),
  error: jobErrorSchema.nullable().optional(),
  warnings: z.array(warningSchema).optional(),
  times: phaseTimesSchema.optional(),
  expiresAt: z.number().optional(),
  /** While it waits: what it is from now on. */
  priority: z.int().optional(),
  /** With `failed`: every attempt the job was allowed is spent; it joins the dead letters. */
  deadLetter: z.boolean().optional(),
})
const progressBodySchema = z.object({
  type: z.literal('progress'),
  progress: progressSchema,
  /** Nodes whose state is news. */
  nodes: nodeStatesSchema.optional(),
})
const outputBodySchema = z.object({ type: z.literal('output'), output: outputSchema })

/** What a writer decides; the store adds the envelope. */
export const jobEventBodySchema = z.discriminatedUnion('type', [
  statusBodySchema,
  progressBodySchema,
  outputBodySchema,
])
export type JobEventBody = z.infer<typeof jobEventBodySchema>

const envelope = {
  jobId: z.string(),
  /** 1, 2, 3 … without gaps, per job. */
  seq: z.int().positive(),
  /** ms since the epoch */
  ts: z.number(),
  /** Random name of this event: a history that Redis lost may have had another event with this `seq`. */
  stamp: z.string(),
  /** `stamp` of the event before it (of the accepted job, for the first): who holds another one holds another history. */
  follows: z.string(),
}
export const jobEventSchema = z.discriminatedUnion('type', [
  statusBodySchema.extend(envelope),
  progressBodySchema.extend(envelope),
  outputBodySchema.extend(envelope),
])
export type JobEvent = z.infer<typeof jobEventSchema>

/** A job event whose output carries more, e.g. urls: what clients hear. */
export type JobEventOf<O> =
  | Exclude<JobEvent, { type: 'output' }>
  | (Omit<Extract<JobEvent, { type: 'output' }>, 'output'> & { output: O })
