/** Waits for a condition instead of for a time. */
import { setTimeout as delay } from 'node:timers/promises'

export interface UntilOptions {
  /** Named in the error. */
  what: string
  withinMs?: number
  everyMs?: number
  signal?: AbortSignal
}

/** The first answer that is neither null nor false. */
export async function until<T>(
  ask: () => Promise<T | null | false> | T | null | false,
  { what, withinMs = 30_000, everyMs = 25, signal }: UntilOptions,
): Promise<T> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (answer !== null && answer !== false) return answer
    signal?.throwIfAborted()
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs} ms`)
    await delay(everyMs)
  }
}
