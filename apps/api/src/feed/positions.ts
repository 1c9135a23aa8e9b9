/** How many jobs are ahead of the queued ones that somebody watches; asked in a slow beat, told on change. */

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
  intervalMs?: number
}

interface Followed {
  last: number | null | undefined
  listeners: Set<(position: number | null) => void>
}

export function createPositions({
  position,
  failed,
  intervalMs = 1_500,
}: PositionsDeps): Positions {
  const followed = new Map<string, Followed>()
  let beat: NodeJS.Timeout | null = null
  let asking = false

  async function ask(): Promise<void> {
    // a slow queue is not asked twice at once
    if (asking) return
    asking = true
    try {
      for (const [jobId, entry] of followed) {
        const now = await position(jobId)
        if (now === entry.last) continue
        entry.last = now
        for (const listener of entry.listeners) listener(now)
      }
    } catch (error) {
      failed(error)
    } finally {
      asking = false
    }
  }

  function stopBeat(): void {
    if (beat) clearInterval(beat)
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
      beat ??= setInterval(() => void ask(), intervalMs)
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
