/**
 * A watcher with back-pressure: it never keeps more for a slow client than its transport's bound.
 *
 * While the client keeps up, everything is sent. When too much is unsent, the watcher is `behind`:
 * events, previews and positions are dropped, not kept. When the client has taken all that was
 * unsent, one `resync` snapshot makes up for what was dropped, the end of the job included.
 */
import type { Clock } from '@safelight/runtime'
import { isTerminal, type JobEvent, type JobStatus, type Snapshot } from '@safelight/shared'
import type { Preview } from '@safelight/store'
import { isNews, type QueuePlace, type QueuePositions, toPlace } from './queue-positions.ts'
import type { Watcher } from './watcher.ts'

/** The job at the moment of sending. */
export interface JobNow {
  snapshot: Snapshot
  /** Null unless the job is queued. */
  queuePosition: number | null
  /** The same. */
  etaMs: number | null
  /** ms since the epoch */
  now: number
}

/** How one client is sent things. */
export interface Transport {
  /** Whether so much is unsent that nothing may be added. */
  isFull(): boolean
  /** The answer to the request to watch: sent however slow the client is. It may end everything. */
  accept(now: JobNow, missed: readonly JobEvent[] | null): void
  /** What the client needs first, besides that answer. */
  begin(now: JobNow, missed: readonly JobEvent[] | null): void
  event(event: JobEvent, now: JobNow): void
  resync(now: JobNow): void
  position(now: JobNow): void
  /** An event that is not sent, because the client is behind. */
  dropped(): void
  /** A picture may be dropped for reasons of the transport's own. */
  preview(preview: Preview): void
  /** The client has been sent the end of the job, or the record was removed. */
  end(): void
}

export interface BoundedWatcher extends Watcher {
  readonly isBehind: boolean
  /** Where the job stands now; sends it when it has changed. */
  setPlace(place: QueuePlace | null): void
  /** The client has taken all that was unsent. */
  onDrained(): void
  /** Nothing is sent from here on. */
  close(): void
}

interface BoundedWatcherOptions {
  jobId: string
  positions: Pick<QueuePositions, 'subscribe'>
  clock: Clock
  transport: Transport
}

export function createBoundedWatcher(options: BoundedWatcherOptions): BoundedWatcher {
  const { jobId, positions, clock, transport } = options
  let place: QueuePlace | null = null
  let latest: Snapshot | null = null
  let behind = false
  let closed = false
  let unsubscribe: (() => void) | null = null

  /** A job has a place for exactly as long as it is queued. */
  function followPlace(status: JobStatus): void {
    if (status === 'queued') unsubscribe ??= positions.subscribe(jobId, setPlace)
    else stopPlace()
  }

  function stopPlace(): void {
    unsubscribe?.()
    unsubscribe = null
  }

  function setPlace(next: QueuePlace | null): void {
    if (closed || !isNews(place, next)) return
    place = next
    // before it is opened there is nobody to tell: the opening will carry it
    if (latest && hasRoom()) transport.position(toNow(latest))
  }

  function toNow(snapshot: Snapshot): JobNow {
    const { position = null, etaMs = null } = toPlace(snapshot.status, place) ?? {}
    return { snapshot, queuePosition: position, etaMs, now: clock.now() }
  }

  /** When there is none, the next `resync` speaks for what is dropped. */
  function hasRoom(): boolean {
    behind ||= transport.isFull()
    return !behind
  }

  function send(snapshot: Snapshot, act: (now: JobNow) => void): void {
    if (closed) return
    latest = snapshot
    followPlace(snapshot.status)
    if (!hasRoom()) return
    act(toNow(snapshot))
    if (isTerminal(snapshot.status)) transport.end()
  }

  return {
    get isBehind() {
      return behind
    },
    setPlace,
    open({ snapshot, missed }) {
      if (closed) return
      transport.accept(toNow(snapshot), missed)
      send(snapshot, (now) => transport.begin(now, missed))
    },
    event(event, snapshot) {
      send(snapshot, (now) => transport.event(event, now))
      if (behind && !closed) transport.dropped()
    },
    resync(snapshot) {
      send(snapshot, (now) => transport.resync(now))
    },
    preview(preview) {
      if (!closed && !behind) transport.preview(preview)
    },
    removed() {
      if (!closed) transport.end()
    },
    onDrained() {
      if (!behind || !latest) return
      behind = false
      send(latest, (now) => transport.resync(now))
    },
    close() {
      closed = true
      stopPlace()
    },
  }
}
