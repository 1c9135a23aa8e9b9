/** `JobStore`: the durable truth about jobs. Every state change and its announcement are one atomic step. */
import type {
  Asset,
  ExtraData,
  JobEvent,
  JobEventBody,
  JobLimits,
  Snapshot,
  Workflow,
} from '@safelight/shared'

/** What `accept` stores. The API has validated all of it. */
export interface NewJob {
  jobId: string
  workflow: Workflow
  priority: number
  metadata: Record<string, unknown> | null
  idempotencyKey: string | null
  /** With an idempotency key: what was asked for, as a hash, so that a later request can be compared. */
  requestHash?: string
  /** Kept apart from the record, until the job ends. */
  extraData?: ExtraData | null
  /** None by default. */
  limits?: JobLimits
}

/** What is known of an idempotency key that was used. */
export interface KeyUse {
  jobId: string
  /** Null when the job was submitted without one. */
  requestHash: string | null
  /** The job as it was accepted. */
  snapshot: Snapshot
  /** What the first request was answered; null when that is not known (yet). */
  answer: unknown
  /** The first request is probably still being answered. */
  inFlight: boolean
}

/** Why an attempt failed in a way that another one may not. */
export type FailureCause = 'node' | 'out_of_memory' | 'host_unavailable' | 'stalled' | 'internal'

export interface FailedAttempt {
  attempt: number
  hostId: string
  cause: FailureCause
  /** Its prompt may still be on the host: nobody saw it end. */
  left: boolean
}

/** Private to workers: where the current attempt runs, so a successor can adopt it, and how earlier ones failed. */
export interface Run {
  attempt: number
  hostId: string
  promptId: string
  /** For a worker that does not drive the host; null when the address holds credentials. */
  hostUrl: string | null
  /** Oldest first. */
  failures: FailedAttempt[]
  /** Since when whoever took the ticket could not reach the host (ms since the epoch). */
  orphanedAt: number | null
}

/** The right to write as the job's worker. A newer claim makes every older fence stale. */
export interface Claim {
  fence: number
  snapshot: Snapshot
  run: Run | null
}

/** `appended`: written; `declined`: the decision was null; `fenced`: a newer worker holds the job; `gone`: no such job. */
export type AppendResult =
  | { outcome: 'appended' | 'declined'; snapshot: Snapshot }
  | { outcome: 'fenced' | 'gone' }

/** Decides the next event from the latest snapshot, or null to write nothing. Pure: it may run again after a lost race. */
export type Decide = (snapshot: Snapshot) => JobEventBody | null

export interface ListQuery {
  status?: readonly Snapshot['status'][]
  /** 1 to 100 */
  limit: number
  /** opaque, from the previous page */
  cursor?: string
}

export interface JobStore {
  /** Writes record, workflow, index, idempotency key, `extra_data` and outbox entry at once. */
  accept(
    job: NewJob,
  ): Promise<{ outcome: 'accepted'; snapshot: Snapshot } | { outcome: 'key_reused' }>
  /** Null when the key is free. */
  loadKeyUse(idempotencyKey: string): Promise<KeyUse | null>
  /** Keeps what the request that used the key was answered, for as long as the key. */
  keepAnswer(idempotencyKey: string, jobId: string, answer: unknown): Promise<void>
  load(jobId: string): Promise<Snapshot | null>
  loadWorkflow(jobId: string): Promise<Workflow | null>
  /** Takes the job for a worker: raises the fence and returns what is known. Null when there is no such job. */
  claim(jobId: string): Promise<Claim | null>
  saveRun(jobId: string, fence: number, run: Run): Promise<'saved' | 'fenced'>
  /** Whether no newer worker has claimed the job: asked before anything that only its worker may do. */
  holds(jobId: string, fence: number): Promise<boolean>
  /**
   * Appends one event: fence, compare-and-set on `seq`, snapshot, stream, publish, in one script.
   * Lost races re-run `decide` on the newer snapshot. `known` saves a read when the writer holds the latest.
   */
  append(
    jobId: string,
    decide: Decide,
    options?: { fence?: number; known?: Snapshot },
  ): Promise<AppendResult>
  /** Events after `seq`, oldest first; `complete` is false when older ones were trimmed away. */
  eventsAfter(jobId: string, seq: number): Promise<{ events: JobEvent[]; complete: boolean }>
  list(query: ListQuery): Promise<{ jobs: Snapshot[]; nextCursor: string | null }>
  saveAsset(asset: Asset): Promise<void>
  loadAsset(assetId: string): Promise<Asset | null>
  /** Keeps the frame as the last one and announces it. Previews are never part of the event stream. */
  publishPreview(jobId: string, frame: Preview, fence?: number): Promise<'published' | 'fenced'>
  loadPreview(jobId: string): Promise<Preview | null>
}

export interface Preview {
  nodeId: string | null
  contentType: string
  data: Uint8Array
}
