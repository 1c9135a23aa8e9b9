/** `JobStore`: the durable truth about jobs. Every state change and its announcement are one atomic step. */
import type { Asset, JobEvent, JobEventBody, JobLimits, Snapshot, Workflow } from '../index.ts'

/** What `accept` stores. The API has validated all of it. */
export interface NewJob {
  jobId: string
  workflow: Workflow
  priority: number
  metadata: Record<string, unknown> | null
  idempotencyKey: string | null
  /** None by default. */
  limits?: JobLimits
  /** The dead letter this job repeats. */
  replayOf?: string
}

/** Private to workers: where the current attempt runs, so a successor can adopt it. */
export interface Run {
  attempt: number
  hostId: string
  promptId: string
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
  /** Writes record, workflow, index, idempotency key and outbox entry at once. */
  accept(
    job: NewJob,
  ): Promise<{ outcome: 'accepted'; snapshot: Snapshot } | { outcome: 'key_reused'; jobId: string }>
  load(jobId: string): Promise<Snapshot | null>
  loadWorkflow(jobId: string): Promise<Workflow | null>
  /** Takes the job for a worker: raises the fence and returns what is known. Null when there is no such job. */
  claim(jobId: string): Promise<Claim | null>
  saveRun(jobId: string, fence: number, run: Run): Promise<'saved' | 'fenced'>
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
  publishPreview(jobId: string, frame: Preview): Promise<void>
  loadPreview(jobId: string): Promise<Preview | null>
}

export interface Preview {
  nodeId: string | null
  contentType: string
  data: Uint8Array
}
