/** `NewJob`: a submission, as it becomes a record. */
import type { ExtraData, JobLimits, Workflow } from '@safelight/shared'
import type { JobNeeds } from '../backlog/needs.ts'

/** What `accept` stores. The API has validated all of it. */
export interface NewJob {
  jobId: string
  /** Its own JSON text, stored as it is; a graph is for who makes one up. */
  workflow: string | Workflow
  /** Whose it is: a tenant. */
  owner: string
  /** Only a host with this label may run it; null: any. */
  pool: string | null
  priority: number
  /** Expected GPU time in ms; a whole number, 1 at least. */
  cost: number
  /** The cost rests on no measurement. False by default. */
  guessed?: boolean
  /** Of its owner: twice the weight is twice the share of the GPUs. */
  weight: number
  needs: JobNeeds
  metadata: Record<string, unknown> | null
  idempotencyKey: string | null
  /** With an idempotency key: what was asked for, as a hash, so that a later request can be compared. */
  requestHash?: string
  /** Ids of the assets that its workflow refers to, each once: held until the job ends. None by default. */
  inputs?: readonly string[]
  /** Kept apart from the record, until the job ends. */
  extraData?: ExtraData | null
  /** None by default. */
  limits?: JobLimits
  /** What it is a part of, as of `toStoredTrace`: kept with its record, and shown to nobody but workers. None by default. */
  trace?: string | null
}
