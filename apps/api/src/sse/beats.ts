/** Signs of life on all open event streams: one timer of the process, while there is any. */
import { type Clock, repeat } from '@safelight/runtime'

export interface Beats {
  /** Calls at every beat. @returns a function that ends that */
  add(onBeat: () => void): () => void
}

interface BeatsDeps {
  everyMs: number
  clock: Clock
}

/** `onBeat` must not throw. */
export function createBeats({ everyMs, clock }: BeatsDeps): Beats {
  const listeners = new Set<() => void>()
  let beating: { close(): Promise<void> } | null = null

  async function beat(): Promise<void> {
    for (const onBeat of listeners) onBeat()
  }

  return {
    add(onBeat) {
      listeners.add(onBeat)
      beating ??= repeat({ everyMs, run: beat, onError: () => undefined, clock })
      return () => {
        listeners.delete(onBeat)
        if (listeners.size > 0) return
        void beating?.close()
        beating = null
      }
    },
  }
}
