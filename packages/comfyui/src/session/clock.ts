/** Time in a session: the clock it is given, and a wait that something can cut short. */

/** What a session needs of a clock. */
export interface SessionClock {
  /** ms; only differences count. */
  now(): number
  /** Runs `act` once after `ms`. @returns a function that calls it off */
  after(ms: number, act: () => void): () => void
}

/** Steady: a machine whose time is set anew does not make a prompt stall. */
export const steadyClock: SessionClock = {
  now: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms)
    return () => clearTimeout(timer)
  },
}

export interface Delay {
  ms: number
  /** Between half and all of it, so that a fleet does not return to a host in step. */
  jitter: boolean
}

export interface Wake {
  /** Ends the wait; with nobody waiting, the next wait ends at once. */
  wake(): void
  /** Returns when woken or when time is up. @throws the signal's reason when it is aborted */
  wait: (delay: Delay, signal: AbortSignal) => Promise<void>
}

export function createWake(clock: SessionClock): Wake {
  // kept while nobody waits, so that a message during a poll is not lost
  let woken = false
  let endWait: (() => void) | null = null

  return {
    wake() {
      woken = true
      endWait?.()
    },
    async wait({ ms, jitter }, signal) {
      signal.throwIfAborted()
      if (!woken) {
        await new Promise<void>((resolve) => {
          const end = () => {
            endWait = null
            callOff()
            signal.removeEventListener('abort', end)
            resolve()
          }
          const callOff = clock.after(jitter ? ms * (0.5 + Math.random() / 2) : ms, end)
          signal.addEventListener('abort', end)
          endWait = end
        })
        signal.throwIfAborted()
      }
      woken = false
    },
  }
}
