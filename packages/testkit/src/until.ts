/** Waits for a condition instead of for a time. */
import { setTimeout as delay } from 'node:timers/promises'

export interface UntilOptions {
  /** Named in the error; a function is asked only then. */
  what?: string | (() => string)
  /** ms */
  withinMs?: number
  /** ms between two tries, where asking is dear; otherwise short at first, then longer. */
  everyMs?: number
  signal?: AbortSignal
}

/** Asked often at first, then less: what waits is seldom alone on the machine, and most of what is asked is a server. */
const FIRST_MS = 2
const SOON_MS = 40
const LAST_MS = 150
/** No more than this part of the wait is lost by asking late, once it has taken a while. */
const LATE = 1 / 25

/**
 * The first answer that is neither null nor false.
 * @param what names the condition in the error
 */
export async function until<T>(
  ask: () => Promise<T | null | false> | T | null | false,
  options: UntilOptions | string = {},
): Promise<T> {
  const {
    what = 'the condition',
    withinMs = 60_000,
    everyMs,
    signal,
  } = typeof options === 'string' ? { what: options } : options
  const startedAt = performance.now()
  const deadline = startedAt + withinMs
  for (let pause = FIRST_MS; ; pause = Math.min(pause * 1.5, longestAfter(startedAt))) {
    const answer = await ask()
    if (answer !== null && answer !== false) return answer
    signal?.throwIfAborted()
    if (performance.now() > deadline) {
      throw new Error(`${typeof what === 'string' ? what : what()}: not within ${withinMs} ms`)
    }
    await delay(everyMs ?? pause)
  }
}

function longestAfter(startedAt: number): number {
  return Math.min(Math.max((performance.now() - startedAt) * LATE, SOON_MS), LAST_MS)
}
