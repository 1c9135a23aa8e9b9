/** `Clock`: the time and a timer, passed in so that tests need not wait. */
export interface Clock {
  /** ms since the epoch */
  now(): number
  /** Runs `act` once after `ms`. @returns a function that calls it off */
  after(ms: number, act: () => void): () => void
}

export const systemClock: Clock = {
  now: Date.now,
  after(ms, act) {
    const timer = setTimeout(act, ms)
    return () => clearTimeout(timer)
  },
}
