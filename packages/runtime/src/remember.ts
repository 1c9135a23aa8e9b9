/** A read whose answer is good enough for a while. */
import type { Clock } from './clock.ts'

export interface Remembered<T> {
  /** As of `maxAgeMs` ago at most; who asks while it is read gets the same answer. */
  get: () => Promise<T>
  /** Read now, and remembered. */
  readNow: () => Promise<T>
}

export interface RememberOptions<T> {
  clock: Pick<Clock, 'steady'>
  maxAgeMs: number
  /** What is not worth it is read again at the next occasion, as what failed is. */
  isWorthIt?: (value: T) => boolean
}

export function remember<T>(
  read: () => Promise<T>,
  { clock, maxAgeMs, isWorthIt = () => true }: RememberOptions<T>,
): Remembered<T> {
  let last: { askedAt: number; value: Promise<T> } | null = null

  function readNow(): Promise<T> {
    const own = { askedAt: clock.steady(), value: read() }
    last = own
    // a newer read is not forgotten for an older one
    const forget = () => {
      if (last === own) last = null
    }
    own.value.then((value) => isWorthIt(value) || forget(), forget)
    return own.value
  }

  return {
    get: () => (last && clock.steady() - last.askedAt < maxAgeMs ? last.value : readNow()),
    readNow,
  }
}
