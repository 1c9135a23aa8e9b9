/** `Clock`: the time, a timer and a stopwatch, passed in so that tests need not wait. */
export interface Clock {
  /** ms since the epoch */
  now: () => number
  /** ms since some moment; never jumps when the machine's time is set. For measuring. */
  steady: () => number
  /** Runs `act` once after `ms`. @returns a function that calls it off */
  after: (ms: number, act: () => void) => () => void
}

export const systemClock: Clock = {
  now: Date.now,
  steady: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms)
    return () => clearTimeout(timer)
  },
}

/** Resolves after `ms`; rejects with the signal's reason when that comes first. */
export async function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => {
      callOff()
      reject(signal?.reason)
    }
    const callOff = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
