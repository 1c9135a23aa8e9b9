/** A read whose answer is good enough for a while. */
import type { Clock } from './clock.ts'

export interface Remembered<T> {
  /**
   * As of `maxAgeMs` ago at most; who asks while it is read gets the same answer.
   * @param atMostMs for who cannot do with one so old; 0 reads now. What is read is remembered for all
   */
  get: (atMostMs?: number) => Promise<T>
}

export interface RememberOptions<T> {
  clock: Pick<Clock, 'steady'>
  maxAgeMs: number
  /** For an answer that is not worth to be kept so long: what failed is read again at the next occasion. */
  maxAgeOf?: (value: T) => number
}

export function remember<T>(
  read: () => Promise<T>,
  { clock, maxAgeMs, maxAgeOf = () => maxAgeMs }: RememberOptions<T>,
): Remembered<T> {
  let last: { askedAt: number; maxAgeMs: number; value: Promise<T> } | null = null

  function readNow(): Promise<T> {
    const own = { askedAt: clock.steady(), maxAgeMs, value: read() }
    last = own
    own.value.then(
      (value) => void (own.maxAgeMs = Math.min(maxAgeMs, maxAgeOf(value))),
      () => {
        // a newer read is not forgotten for an older one
        if (last === own) last = null
      },
    )
    return own.value
  }

  return {
    get: (atMostMs = maxAgeMs) =>
      last && clock.steady() - last.askedAt < Math.min(atMostMs, last.maxAgeMs)
        ? last.value
        : readNow(),
  }
}
