/** What the client offers, in types: the shapes are the API's own (`@safelight/shared`). */
import type {
  BulkCancelResult,
  DeadLetterView,
  ToldHost,
  HousekeepingView,
  JobEventView,
  JobPage,
  JobStatus,
  JobView,
  ModelPage,
  NodeClassView,
  OutputView,
  PreviewFrame,
  PurgeResult,
  SnapshotView,
  SubmitRequest,
  WhyView,
  Workflow,
} from '@safelight/shared'
import type { Assets } from './assets/types.ts'

export interface ClientOptions {
  /** Address of the API, e.g. `https://pictures.example`; in a browser it may be left out: the page's own origin. */
  baseUrl?: string
  /** Bearer token; a function is asked before every request and connection, so that it may change. */
  token?: string | (() => string | undefined)
  /** Used for all HTTP; `globalThis.fetch` unless given. */
  fetch?: typeof globalThis.fetch
}

/** `connecting`: nothing known yet · `live` · `reconnecting`: what is shown is the last that was known. */
export type Connection = 'connecting' | 'live' | 'reconnecting'

/** The job now, and what made it so. */
export interface JobUpdate {
  snapshot: SnapshotView
  /** Null when a whole snapshot came, the place in line changed, or the connection did. */
  event: JobEventView | null
  /** Jobs ahead in its pool while queued: 0 is next; null when not queued or not known. */
  queuePosition: number | null
  /** Expected ms until it has ended, told while it is queued; null when not queued or not known. Later `progress` has it. */
  etaMs: number | null
  connection: Connection
  /** When the job last moved: ms since the epoch on this machine's clock, whatever the server's says. */
  movedAt: number
}

/** What `run` calls a progress callback with: enough for a bar without further thought. */
export type ProgressListener = (update: JobUpdate) => void

export interface WatchOptions {
  /** Aborting ends the watch: the iterator throws the reason. The job goes on. */
  signal?: AbortSignal
  /** Called with pictures in the making, when there are any. The latest wins, none is owed. */
  onPreview?: (frame: PreviewFrame) => void
  /** First also the events so far, as far as they are kept (about 512, one hour past the end), each with the job as it is now. */
  history?: boolean
}

export interface SubscribeOptions extends Omit<WatchOptions, 'signal'> {
  onUpdate: (update: JobUpdate) => void
  /** Also before the first update. */
  onConnection?: (connection: Connection) => void
  /** The job has ended and the last update was given. */
  onEnd?: () => void
  /** The watch cannot go on: no such job, no access. Nothing more is called. */
  onError?: (error: Error) => void
}

export interface SubmitOptions extends Omit<SubmitRequest, 'workflow'> {
  signal?: AbortSignal
  /** Names this submission: however often it is sent, it makes one job. One is made up unless given. */
  idempotencyKey?: string
}

export interface RunOptions extends SubmitOptions {
  onProgress?: ProgressListener
  onPreview?: (frame: PreviewFrame) => void
  /** Called once, as soon as the job is accepted. */
  onAccepted?: (job: JobView) => void
}

export interface RunResult {
  jobId: string
  outputs: OutputView[]
  snapshot: SnapshotView
}

export interface ListOptions {
  status?: readonly JobStatus[]
  /** Only jobs of this owner. */
  owner?: string
  /** 1 to 100; 20 unless given. */
  limit?: number
  /** `next_cursor` of the page before. */
  cursor?: string
  signal?: AbortSignal
}

/** Which jobs to cancel; every condition must hold. `all: true` alone means all of them. */
export interface CancelFilter {
  status?: readonly ('queued' | 'running')[]
  ids?: readonly string[]
  createdBefore?: Date
  metadata?: Readonly<Record<string, string>>
  owner?: string
  all?: true
}

/** Which ended jobs to delete; every condition must hold. `all: true` alone means all of them. */
export interface PurgeFilter {
  /** ms since they ended, at least; by the server's clock, to the second. */
  olderThan?: number
  status?: readonly ('succeeded' | 'failed' | 'canceled' | 'expired')[]
  owner?: string
  all?: true
  /** Also those that are listed among the dead letters. */
  deadLetters?: boolean
}

/** What went, or would go. */
export type Purged = Pick<PurgeResult, 'jobs' | 'outputs' | 'outputs_kept' | 'bytes' | 'skipped'>

export interface PurgeOptions extends CallOptions {
  /** Only counts. */
  dryRun?: boolean
  /** Called after each of the calls that it takes, with what there is so far. */
  onProgress?: (sofar: Purged) => void
}

/** Whatever can be aborted. */
export interface CallOptions {
  signal?: AbortSignal
}

export interface Jobs {
  /**
   * @param workflow as JSON text, or as an object. JavaScript's numbers hold 53 bits: a seed of 64 that went through
   * `JSON.parse` is another seed. Text is sent to the letter (`1.0` stays `1.0`); in an object, give whole numbers
   * beyond `Number.MAX_SAFE_INTEGER` as `bigint`, which is sent as a number.
   * @returns the accepted job; it will reach an end. Sent again by itself when no answer came, without making a second job.
   * @throws SyntaxError for a text that is no JSON
   */
  submit(workflow: Workflow | string, options?: SubmitOptions): Promise<JobView>
  get(jobId: string, options?: CallOptions): Promise<JobView>
  /** Why it is not done yet: what it waits for, or is at, as of now. */
  why(jobId: string, options?: CallOptions): Promise<WhyView>
  /** The graph, to look at: numbers of more than 53 bits are rounded. To submit it again, take the text. */
  workflow(jobId: string, options?: CallOptions): Promise<Workflow>
  /** The graph as it was submitted, to the letter. */
  workflowText(jobId: string, options?: CallOptions): Promise<string>
  /** Newest first. */
  list(options?: ListOptions): Promise<JobPage>
  /** Another priority for a job that waits. @throws ApiError `not_queued` when it has got a host, or has ended */
  setPriority(jobId: string, priority: number, options?: CallOptions): Promise<JobView>
  /** Asks for the end; the answer says how it stands. Harmless when repeated. */
  cancel(jobId: string, options?: CallOptions): Promise<JobView>
  /** Cancels all that match, however many calls it takes. */
  cancelMany(
    filter: CancelFilter,
    options?: CallOptions,
  ): Promise<Pick<BulkCancelResult, 'canceled' | 'canceling' | 'skipped'>>
  /** Deletes a job that has ended, and its outputs, unless others need these. @throws ApiError `not_ended` when it has not */
  delete(jobId: string, options?: CallOptions): Promise<void>
  /** Deletes all ended jobs that match, however many calls it takes; with `dryRun` only counts them. */
  purge(filter: PurgeFilter, options?: PurgeOptions): Promise<Purged>
  /**
   * The job now, then every change once, in order, to its end. Reconnects by itself; the value of
   * the bar never falls. A consumer that is slow gets the newest state instead of a growing backlog.
   */
  watch(jobId: string, options?: WatchOptions): AsyncIterable<JobUpdate>
  /** `watch` as callbacks. @returns what ends it */
  subscribe(jobId: string, options: SubscribeOptions): () => void
  /**
   * Submits, watches, and resolves with the outputs.
   * @throws JobFailed, JobCanceled when the job ended so. Aborting stops waiting; the job goes on.
   */
  run(workflow: Workflow | string, options?: RunOptions): Promise<RunResult>
}

export interface Outputs {
  /** The content. The token goes along only to the API itself. */
  fetch(output: Pick<OutputView, 'url'>, options?: CallOptions): Promise<Response>
  bytes(output: Pick<OutputView, 'url'>, options?: CallOptions): Promise<Uint8Array>
}

export interface Hosts {
  list(options?: CallOptions): Promise<ToldHost[]>
  /** Nothing new for it, from the answer on until resumed: its machine may be shut down once `running`, `staged` and `collecting` are empty. */
  drain(hostId: string, options?: CallOptions & { reason?: string }): Promise<ToldHost>
  resume(hostId: string, options?: CallOptions): Promise<ToldHost>
}

export interface ModelOptions {
  /** Only what inputs of this name take, e.g. `ckpt_name`. */
  input?: string
  /** Only what inputs of this node class take. */
  class?: string
  /** Only what hosts with this label have. */
  pool?: string
  /** Part of the name. */
  search?: string
  /** 1 to 500. */
  limit?: number
  /** `next_cursor` of the page before. */
  cursor?: string
  signal?: AbortSignal
}

/** What the fleet can run. */
export interface Fleet {
  /** Model files, each with the hosts that have it. */
  models(options?: ModelOptions): Promise<ModelPage>
  /**
   * Node classes with their inputs and the values these take, each with the hosts that have it.
   * @returns by name; a class that no host has is missing
   */
  nodeClasses(
    names: readonly string[],
    options?: CallOptions & { pool?: string },
  ): Promise<Record<string, NodeClassView>>
}

export interface DeadLetters {
  list(options?: Omit<ListOptions, 'status'>): Promise<JobPage>
  get(jobId: string, options?: CallOptions): Promise<DeadLetterView>
  /** @returns the new job */
  replay(jobId: string, options?: CallOptions): Promise<JobView>
  discard(jobId: string, options?: CallOptions): Promise<void>
}

export interface Client {
  /** Without a slash at the end. */
  readonly baseUrl: string
  readonly jobs: Jobs
  readonly outputs: Outputs
  readonly assets: Assets
  readonly hosts: Hosts
  readonly fleet: Fleet
  readonly deadLetters: DeadLetters
  /** What is kept, for how long, and whether that is kept to. */
  housekeeping(options?: CallOptions): Promise<HousekeepingView>
  /** Ends every watch and the connection. */
  close(): void
}
