/** Where queued jobs stand that somebody watches, and when they should be done: looked up again and again, sent on change. */
import { type Clock, repeat } from '@safelight/runtime'
import type { JobStatus } from '@safelight/shared'
import type { Position } from '@safelight/store'
import type { Places } from './places.ts'

/** Whatever the queue said a moment ago: a job that is not queued has no place. */
export function toPlace(status: JobStatus, place: QueuePlace | null): QueuePlace | null {
  return status === 'queued' ? place : null
}

/** Of an estimate, as a share: less is no news, the more so as who waits is told it in round numbers. */
const ETA_CHANGE = 0.1

/** Whether somebody who knows the one should hear of the other. */
export function isNews(known: QueuePlace | null, place: QueuePlace | null): boolean {
  if (known?.position !== place?.position) return true
  const [before, now] = [known?.etaMs ?? null, place?.etaMs ?? null]
  if (before === null || now === null) return before !== now
  return Math.abs(now - before) > ETA_CHANGE * before
}

/** Where a job stands. */
export interface QueuePlace {
  /** Jobs ahead; 0 = next. */
  position: number
  /** Expected ms until it has ended; null when no host could take it. */
  etaMs: number | null
}

export interface QueuePositions {
  /**
   * Null when the job is not waiting, or nobody can say.
   * @param known its position, when somebody has just read it
   */
  read(jobId: string, known?: Position | null): Promise<QueuePlace | null>
  /** Of each of these jobs, in the same order. */
  readMany(jobIds: readonly string[]): Promise<(QueuePlace | null)[]>
  /** Calls with every change. @returns a function that ends that */
  subscribe(jobId: string, onChange: (place: QueuePlace | null) => void): () => void
  /** Jobs whose places are looked up. */
  holds(): { jobs: number }
  close(): void
}

export interface QueuePositionsDeps {
  places: Places
  onError: (error: unknown) => void
  clock: Clock
  everyMs: number
}

interface WatchedPosition {
  /** As it was last told; undefined before that. */
  last: QueuePlace | null | undefined
  subscribers: Set<(place: QueuePlace | null) => void>
}

export function createQueuePositions(deps: QueuePositionsDeps): QueuePositions {
  const { places, onError, clock, everyMs } = deps
  const watched = new Map<string, WatchedPosition>()
  let looking: { close(): Promise<void> } | null = null

  async function look(): Promise<void> {
    const entries = [...watched]
    const found = await places.of(entries.map(([jobId]) => jobId))
    for (const [at, [, entry]] of entries.entries()) {
      const now = found[at] ?? null
      if (entry.last !== undefined && !isNews(entry.last, now)) continue
      entry.last = now
      for (const onChange of entry.subscribers) onChange(now)
    }
  }

  /** A position is a courtesy: a job can be shown without it. */
  const tellOf =
    <T>(instead: T) =>
    (error: unknown): T => {
      onError(error)
      return instead
    }

  function stopLooking(): void {
    void looking?.close()
    looking = null
  }

  return {
    async read(jobId, known) {
      const place = known ? places.at(known) : places.of([jobId]).then(([first]) => first ?? null)
      return await place.catch(tellOf(null))
    },
    readMany: (jobIds) => places.of(jobIds).catch(tellOf([])),
    subscribe(jobId, onChange) {
      const entry = watched.get(jobId) ?? { last: undefined, subscribers: new Set() }
      watched.set(jobId, entry)
      entry.subscribers.add(onChange)
      looking ??= repeat({ everyMs, run: look, onError, clock })
      return () => {
        entry.subscribers.delete(onChange)
        if (entry.subscribers.size === 0 && watched.get(jobId) === entry) watched.delete(jobId)
        if (watched.size === 0) stopLooking()
      }
    },
    holds: () => ({ jobs: watched.size }),
    close() {
      watched.clear()
      stopLooking()
    },
  }
}
