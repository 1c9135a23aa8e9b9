/** Re-reads a running job now and then: a cancel whose control message was missed is found, and a lost claim. */
import type { JobStore } from '@safelight/store'

const EVERY_MS = 3_000

export interface CancelWatch {
  store: JobStore
  jobId: string
  fence: number
  onCanceling: () => void
  onLost: () => void
  everyMs?: number
}

/** @returns stops watching */
export function watchForCancel(watch: CancelWatch): () => void {
  const { store, jobId, fence, onCanceling, onLost, everyMs = EVERY_MS } = watch
  let reading = false

  async function read(): Promise<void> {
    if (reading) return
    reading = true
    try {
      if (!(await store.holds(jobId, fence))) return onLost()
      const snapshot = await store.load(jobId)
      if (snapshot?.status === 'canceling') onCanceling()
    } catch {
      // the next round reads again; the writer reports a store that stays away
    } finally {
      reading = false
    }
  }

  const timer = setInterval(() => void read(), everyMs)
  return () => clearInterval(timer)
}
