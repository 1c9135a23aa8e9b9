/** How many jobs are ahead of the queued ones that somebody watches: looked up again and again, sent on change. */
import { type Clock, repeat } from '@safelight/runtime'
import type { JobStatus } from '@safelight/shared'

/** Whatever the queue said a moment ago: a job that is not queued has no position. */
export function toQueuePosition(status: JobStatus, position: number | null): number | null {
  return status === 'queued' ? position : null
}

/** Where a job stands. */
export interface QueuePlace {
  /** Jobs ahead; 0 = next. */
  position: number
  /** Expected ms until it has ended; null when no host could take it. */
  etaMs: number | null
}

export interface QueuePositions {
  /** Null when the job is not waiting, or nobody can say. */
  read(jobId: string): Promise<QueuePlace | null>
  /** Calls with every change. @returns a function that ends that */
  subscribe(jobId: string, onChange: (position: number | null) => void): () => void
  close(): void
}

interface QueuePositionsDeps {
  place: (jobId: string) => Promise<QueuePlace | null>
  onError: (error: unknown) => void
  clock: Clock
  everyMs: number
}

interface WatchedPosition {
  last: number | null | undefined
  subscribers: Set<(position: number | null) => void>
}

export function createQueuePositions(deps: QueuePositionsDeps): QueuePositions {
  const { place, onError, clock, everyMs } = deps
  const watched = new Map<string, WatchedPosition>()
  let looking: { close(): Promise<void> } | null = null

  async function look(): Promise<void> {
    for (const [jobId, entry] of watched) {
      const now = (await place(jobId))?.position ?? null
      if (now === entry.last) continue
      entry.last = now
      for (const onChange of entry.subscribers) onChange(now)
    }
  }

  function stopLooking(): void {
    void looking?.close()
    looking = null
  }

  return {
    async read(jobId) {
      try {
        return await place(jobId)
      } catch (error) {
        // a position is a courtesy: a job can be shown without it
        onError(error)
        return null
      }
    },
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
    close() {
      watched.clear()
      stopLooking()
    },
  }
}
