/** `JobStore`: the durable truth about jobs. Every state change and its announcement are one atomic step. */
import type { JobEvent, JobError, JobEventBody, Snapshot, Workflow } from '@safelight/shared'
import type { Position } from './backlog/whereabouts.ts'
import type { TicketPlace } from './jobs/claim-record.ts'
import type { NewJob } from './jobs/new-job.ts'

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
export type FailureCause =
  | 'node'
  | 'out_of_memory'
  /** The host's device is broken: whatever runs there fails. */
  | 'device_fault'
  | 'host_unavailable'
  | 'stalled'
  | 'interrupted'
  | 'internal'
  /** The host had an output from before, and its file no longer. */
  | 'output_gone'
  /** Pictures that only travel over the socket did not arrive. */
  | 'picture_missed'

export interface FailedAttempt {
  attempt: number
  hostId: string
  cause: FailureCause
  /** Its prompt may still be on the host: nobody saw it end. */
  orphaned: boolean
  /** ms since the epoch; unknown when an older version noted it. */
  at?: number | undefined
}

/** Private to workers: where the current attempt runs, so a successor can adopt it, and how earlier ones failed. */
export interface AttemptRecord {
  attempt: number
  hostId: string
  promptId: string
  /** For a worker that does not drive the host; null when the address holds credentials. */
  hostUrl: string | null
  /** Oldest first. */
  failures: FailedAttempt[]
  /** How often the job was taken back from a host before its prompt had begun there. None: unset. */
  takenBack?: number | undefined
  /** Output nodes that earlier attempts ran on this host, which has what they made still. None: unset. */
  ranBefore?: readonly string[] | undefined
  /** Its worker heard it succeed before the host's history showed it: whoever adopts it must not run it again. */
  heardSuccess?: true | undefined
  /** Since when whoever took the ticket could not reach the host (ms since the epoch). */
  unreachableSince: number | null
  /** Its execution is over: what is to be carried away. */
  harvest?: Harvest | undefined
}

/** What an execution made, as its worker found it. */
export interface Harvest {
  /** By which the host knows it. */
  promptId: string
  files: readonly HarvestFile[]
  /** Nodes failed while the rest went on, and its submitter does not take what there is: why the attempt has failed. */
  failure: { cause: FailureCause; error: JobError } | null
}

/** A file where the host has it. */
export interface HarvestFile {
  node_id: string
  filename: string
  subfolder: string
  type: string
  /** Its place among the job's outputs; unset by older versions. */
  order?: number | undefined
  /** The host did not make it for this job. */
  reused?: boolean | undefined
  /** It may be no file at all: only a path among other words. */
  guessed?: boolean | undefined
  /** Pixels, as the host says. */
  width?: number | undefined
  height?: number | undefined
}

/** The right to write as the job's worker, held until somebody claims the job anew. */
export interface Claim {
  /** The fencing token: writes with an older one are refused. */
  token: number
  snapshot: Snapshot
  /** What was noted of the last attempt; null before the first. */
  lastAttempt: AttemptRecord | null
  lost: LostWorkers
  /** Workers that were lost with others in hand that may be to blame: they count against none of them. */
  lostInCompany: number
  /** As it was sent; null when there is none. */
  workflowText: string | null
  /** See `openExtraData`; null when there is none. */
  sealedExtraData: string | null
  /** See `NewJob`; null when it is a part of nothing. */
  trace: string | null
}

/** Workers that have not been heard of since they claimed the job: see jobs/in-hand.ts. */
export interface LostWorkers {
  count: number
  /** The last of them was found lost by this very claim: it may only be late, and say so yet. */
  justNow: boolean
}

/**
 * `appended`: written; `declined`: there is nothing to write; `claim_lost`: another worker has claimed the job; `gone`: no
 * such job; `not_waiting`: it has a slot, and its priority means nothing any more.
 */
export type AppendResult =
  | { outcome: 'appended' | 'declined'; snapshot: Snapshot }
  | { outcome: 'claim_lost' | 'gone' | 'not_waiting' }

/**
 * Decides the next event from the latest snapshot, or several at once, oldest first; null, or none, to write nothing.
 * Pure: it may run again after a lost race.
 */
export type Decide = (snapshot: Snapshot) => JobEventBody | readonly JobEventBody[] | null

export interface AppendOptions {
  /** Of the claim under which it is written. */
  token?: number
  known?: Snapshot
  also?: AppendedWith
}

/** What else is true from the moment that the events are told; nothing of it is when there is none to tell. Only under a claim. */
export interface AppendedWith {
  /** Where the job is, for a successor. */
  attempt: AttemptRecord
  /** Its execution is over: it gives its slot up, as by `Backlog.toCollect`. `claim_lost` when it is on no host any more. */
  freesSlot?: boolean
}

export interface ListQuery {
  status?: readonly Snapshot['status'][]
  owner?: string
  /** 1 to 100 */
  limit: number
  /** opaque, from the previous page */
  cursor?: string
}

export interface JobStore {
  /** ms since the epoch by Redis' clock: what deadlines are counted with. */
  now(): Promise<number>
  /**
   * Writes record, workflow, index, idempotency key, `extra_data` and its place in the backlog at once, and holds the
   * assets that it refers to. Nothing is written when one of them is not there.
   */
  accept(job: NewJob): Promise<
    /** `position`: where it stands in its pool; null when that is not known (any more). */
    | { outcome: 'accepted'; snapshot: Snapshot; position: Position | null }
    | { outcome: 'key_reused' }
    | { outcome: 'missing_asset'; assetIds: string[] }
  >
  /** Null when the key is free. */
  loadKeyUse(idempotencyKey: string): Promise<KeyUse | null>
  /** Keeps what the request that used the key was answered, for as long as the key. */
  keepAnswer(idempotencyKey: string, jobId: string, answer: unknown): Promise<void>
  load(jobId: string): Promise<Snapshot | null>
  /** `stamp` of what `load` would give: whoever holds that holds all of it. Null when there is no such job. */
  loadStamp(jobId: string): Promise<string | null>
  /** To look at: its numbers are JavaScript's, so it is not what was sent. */
  loadWorkflow(jobId: string): Promise<Workflow | null>
  /** As it was sent, to the last digit: what hosts and readers get. */
  loadWorkflowText(jobId: string): Promise<string | null>
  /** Bytes of the workflows of all jobs that have not ended. */
  openBytes(): Promise<number>
  /**
   * Takes the job for a worker: raises its fencing token and returns what is known.
   * @param at where its ticket came from
   * @returns null when there is no such job, or it is somewhere else by now
   */
  claim(jobId: string, at?: TicketPlace): Promise<Claim | null>
  saveAttempt(jobId: string, token: number, attempt: AttemptRecord): Promise<'saved' | 'claim_lost'>
  /** The worker of this claim lives, and has the job in hand no longer. */
  putDown(jobId: string, token: number): Promise<void>
  /** In the hands of this claim's worker there are others that may be to blame for its loss, or are no longer. */
  setCompany(jobId: string, token: number, inCompany: boolean): Promise<void>
  /** Something nobody foresaw was thrown while the job was in hand. @returns how often that has happened to it */
  countMishap(jobId: string): Promise<number>
  /** A newer worker may read it. @returns for how long (ms) it has been as it is since that was first noted */
  noteUnread(jobId: string): Promise<number>
  /** Ends a job whose record cannot be read, as a dead letter; `changed`: somebody has just written it. */
  endUnreadable(jobId: string, error: JobError): Promise<'ended' | 'changed' | 'gone'>
  /** Whether the claim with this token is the latest: asked before anything that only the job's worker may do. */
  holdsClaim(jobId: string, token: number): Promise<boolean>
  /**
   * Appends what is decided, be it one event or several: fencing token, compare-and-set on the last event, snapshot,
   * stream, publish, in one script. Of several, what is not allowed is not written, nor what follows it. Lost races re-run `decide` on the newer snapshot. `known` saves a read when the writer holds the latest.
   */
  append(jobId: string, decide: Decide, options?: AppendOptions): Promise<AppendResult>
  /** Events after `seq`, oldest first; `complete` is false when older ones were trimmed away. */
  eventsAfter(jobId: string, seq: number): Promise<{ events: JobEvent[]; complete: boolean }>
  list(query: ListQuery): Promise<{ jobs: Snapshot[]; nextCursor: string | null }>
  /** Keeps the frame as the last one and announces it. Previews are never part of the event stream. */
  publishPreview(jobId: string, frame: Preview, token?: number): Promise<'published' | 'claim_lost'>
  loadPreview(jobId: string): Promise<Preview | null>
  /** Whether any API process shows them to somebody now. */
  showsPreviews(jobId: string): Promise<boolean>
}

export interface Preview {
  nodeId: string | null
  contentType: string
  data: Uint8Array
}
