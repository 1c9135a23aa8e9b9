/** Every duration of the store, with the reason for its default. */

export interface StoreTimings {
  /** An API of the version before the backlog that has accepted a job adds its ticket within this, or has died. */
  oldAcceptMs: number
  /** A job that runs past its time is its worker's to stop; should it come back to the line, it is found there. */
  deadlineLookAgainMs: number
  /** Before a ticket that broke in a way nobody foresaw is taken again. */
  ticketRetryMs: number
  /** A worker reports every five seconds and at every change: who is silent for longer is gone. */
  hostFreshMs: number
  /** A host that nobody has reported for longer is forgotten. */
  hostKnownMs: number
  /** A host that was away for longer has most likely been restarted, and a restart forgets everything. */
  orphanKeptMs: number
  /** Of a host that gets no input for so long it is forgotten which it has. Long: it may come back, and they fill its disk. */
  stagedKnownMs: number
  idempotencyMs: number
  /** Longer than any answer takes. One that is not kept by then never will be: its process died. */
  answerInFlightMs: number
  /** Longer than a slow sampler needs for one step; a preview is worthless soon after. */
  previewKeptMs: number
  /** Until its job ends an asset only needs to outlast the job; the end gives it the record's own time. */
  assetKeptMs: number
  /** An asset that is needed beyond its time is looked at again after this. */
  assetLookAgainMs: number
  /** The record outlasts `expiresAt`, so that nobody who trusts that time finds it gone. */
  recordSlackMs: number
  /** Events are for watchers who come back; after the end the snapshot tells it all. */
  streamAfterEndMs: number
  /** A job that waits longer than this runs without its `extra_data`: a credential must not lie around for ever. */
  secretsMs: number
  /** How old a look at Redis' memory may be. Short: submissions may be large and many. */
  memoryAgeMs: number
  redisConnectMs: number
  /** A Redis that accepts connections but does not answer (stopped, swapping) counts as away after this. */
  redisCommandMs: number
  /** An outage is over when Redis is back, so look often: a page is waiting. */
  redisRetryAtMostMs: number
  /** How often a client that was refused a write looks for a new primary. */
  redisFailoverLookMs: number
}

const SECOND_MS = 1_000
const HOUR_MS = 3_600 * SECOND_MS

export const DEFAULT_STORE_TIMINGS: StoreTimings = {
  oldAcceptMs: 10 * SECOND_MS,
  deadlineLookAgainMs: 15 * SECOND_MS,
  ticketRetryMs: 2 * SECOND_MS,
  hostFreshMs: 30 * SECOND_MS,
  hostKnownMs: 24 * HOUR_MS,
  orphanKeptMs: 6 * HOUR_MS,
  stagedKnownMs: 30 * 24 * HOUR_MS,
  idempotencyMs: 24 * HOUR_MS,
  answerInFlightMs: 5 * SECOND_MS,
  previewKeptMs: 120 * SECOND_MS,
  assetKeptMs: 7 * 24 * HOUR_MS,
  assetLookAgainMs: HOUR_MS,
  recordSlackMs: HOUR_MS,
  streamAfterEndMs: HOUR_MS,
  secretsMs: 24 * HOUR_MS,
  memoryAgeMs: 200,
  redisConnectMs: 2 * SECOND_MS,
  redisCommandMs: 2 * SECOND_MS,
  redisRetryAtMostMs: SECOND_MS,
  redisFailoverLookMs: 2 * SECOND_MS,
}

/** How long a job is kept after its end where no setting says so; the second for a dead letter. */
export const DEFAULT_RETENTION_MS = 24 * HOUR_MS
export const DEFAULT_DEAD_LETTER_RETENTION_MS = 7 * 24 * HOUR_MS

/** @param overrides where they differ from the defaults */
export function toStoreTimings(overrides: Partial<StoreTimings> = {}): StoreTimings {
  return { ...DEFAULT_STORE_TIMINGS, ...overrides }
}
