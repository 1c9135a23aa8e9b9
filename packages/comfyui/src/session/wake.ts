/** Waiting that something can cut short. */

export interface Wake {
  /** Ends the wait; with nobody waiting, the next wait ends at once. */
  wake(): void
  /** Returns when woken or when time is up. @throws the signal's reason when it is aborted */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

export function createWake(): Wake {
  // kept while nobody waits, so that news during a poll is not lost
  let woken = false
  let rouse: (() => void) | null = null

  return {
    wake() {
      woken = true
      rouse?.()
    },
    async wait(ms, signal) {
      signal.throwIfAborted()
      if (!woken) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(() => rouse?.(), ms)
          rouse = () => {
            rouse = null
            clearTimeout(timer)
            signal.removeEventListener('abort', onAbort)
            resolve()
          }
          const onAbort = () => rouse?.()
          signal.addEventListener('abort', onAbort)
        })
        signal.throwIfAborted()
      }
      woken = false
    },
  }
}
