/** Re-reads a running job now and then: a cancel whose control message was missed is found, and a lost claim. */
import { type Clock, repeat } from '@safelight/runtime'
import type { JobStore } from '@safelight/store'

export interface CancelWatch {
  store: JobStore
  jobId: string
  token: number
  onCanceling: () => void
  onClaimLost: () => void
  everyMs: number
  clock: Clock
}

/** @returns stops watching */
export function watchForCancel(watch: CancelWatch): () => void {
  const { store, jobId, token, onCanceling, onClaimLost, everyMs, clock } = watch

  async function read(): Promise<void> {
    if (!(await store.holdsClaim(jobId, token))) return onClaimLost()
    const snapshot = await store.load(jobId)
    if (snapshot?.status === 'canceling') onCanceling()
  }

  const loop = repeat({
    everyMs,
    run: read,
    // the next round reads again; the writer reports a store that stays away
    onError: () => undefined,
    clock,
  })
  return () => void loop.close()
}
