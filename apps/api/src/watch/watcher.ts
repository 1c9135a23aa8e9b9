/** What a watching client is sent of a job, in order: `open` once and first, then the rest. */
import type { JobEvent, Snapshot } from '@safelight/shared'
import type { Preview } from '@safelight/store'

/** Called synchronously; must not throw and must not wait. */
export interface Watcher {
  /**
   * The job now. `missed`: the events after the client's last one, up to the snapshot; null when
   * they cannot be had exactly any more and the snapshot replaces what the client holds.
   */
  open(opening: { snapshot: Snapshot; missed: JobEvent[] | null }): void
  /** The next event, and the job with it folded in. */
  event(event: JobEvent, snapshot: Snapshot): void
  /** A hole: this snapshot replaces everything sent so far. */
  resync(snapshot: Snapshot): void
  /** Latest picture in the making; only for watchers that asked. */
  preview(preview: Preview): void
  /** The job's record has been removed: nothing more will come. */
  removed(): void
}

/** The last event that a client holds, by its number and its stamp. */
export interface LastEvent {
  seq: number
  /** Undefined: the client did not say, and does not learn of a loss. */
  stamp: string | undefined
}

/** A client watching a job, until it is closed. */
export interface Watch {
  close(): void
}

export interface SubscribeOptions {
  jobId: string
  watcher: Watcher
  /** Where the client stands; without it, it begins with the snapshot. */
  after?: LastEvent | undefined
  previews?: boolean | undefined
}
