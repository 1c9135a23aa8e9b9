/** What a follower of a job is told, in order: `open` once and first, then the rest. */
import type { JobEvent, Snapshot } from '@safelight/shared'
import type { Preview } from '@safelight/store'

/** Called synchronously by the feed; must not throw and must not wait. */
export interface Watcher {
  /**
   * The job now. `missed`: the events after the client's position up to the snapshot; null when
   * they cannot be had exactly any more and the snapshot replaces what the client holds.
   */
  open(opening: { snapshot: Snapshot; missed: JobEvent[] | null }): void
  /** The next event, and the job with it folded in. */
  event(event: JobEvent, snapshot: Snapshot): void
  /** A hole: this snapshot replaces everything told so far. */
  resync(snapshot: Snapshot): void
  /** Latest picture in the making; only for watchers that asked. */
  preview(frame: Preview): void
  /** The record's time is over: nothing more will come. */
  gone(): void
}

/** An event, by its number and its name. */
export interface Position {
  seq: number
  /** Undefined: the client did not say, and is not told of a loss. */
  stamp: string | undefined
}

export interface Watch {
  close(): void
}

export interface WatchOptions {
  jobId: string
  watcher: Watcher
  /** The last event the client holds. */
  after?: Position | undefined
  previews?: boolean | undefined
}
