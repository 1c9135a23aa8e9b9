/** How many jobs are ahead of the queued ones that somebody watches; asked in a slow beat, told on change. */
import { type Clock, repeat } from '@safelight/runtime'

export interface Positions {
  /** Jobs ahead; null when the job is not waiting in the queue, or the queue cannot say. */
  read(jobId: string): Promise<number | null>
  /** Tells every change until the returned function is called. */
  follow(jobId: string, changed: (position: number | null) => void): () => void
  close(): void
}

interface PositionsDeps {
  position: (jobId: string) => Promise<number | null>
  failed: (error: unknown) => void
  clock: Clock
  everyMs: number
}

interface Followed {
  last: number | null | undefined
  listeners: Set<(position: number | null) => void>
}

export function createPositions({ position, failed, clock, everyMs }: PositionsDeps): Positions {
  const followed = new Map<string, Followed>()
  let beat: { close(): Promise<void> } | null = null

  async function ask(): Promise<void> {
    for (const [jobId, entry] of followed) {
      const now = await position(jobId)
      if (now === entry.last) continue
      entry.last = now
      for (const listener of entry.listeners) listener(now)
    }
  }

  function stopBeat(): void {
    void beat?.close()
    beat = null
  }

  return {
    async read(jobId) {
      try {
        return await position(jobId)
      } catch (error) {
        // a position is a courtesy: a job can be shown without it
        failed(error)
        return null
      }
    },
    follow(jobId, changed) {
      const entry = followed.get(jobId) ?? { last: undefined, listeners: new Set() }
      followed.set(jobId, entry)
      entry.listeners.add(changed)
      beat ??= repeat({ everyMs, run: ask, onError: failed, clock })
      return () => {
        entry.listeners.delete(changed)
        if (entry.listeners.size === 0 && followed.get(jobId) === entry) followed.delete(jobId)
        if (followed.size === 0) stopBeat()
      }
    },
    close() {
      followed.clear()
      stopBeat()
    },
  }
}
