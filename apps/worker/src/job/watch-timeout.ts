/** Stops a job whose time is up, over all its attempts. */
import { timeoutAt } from '@safelight/shared'
import type { Turn } from './turn.ts'

/** Timers count in 32 bits: a limit beyond 24 days ends with the next attempt, or never. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** @returns stops watching */
export function watchForTimeout({ writer, deps, stop }: Turn): () => void {
  const at = timeoutAt(writer.snapshot)
  if (at === null) return () => undefined
  const leftMs = Math.max(0, at - deps.clock.now())
  if (leftMs > LONGEST_TIMER_MS) return () => undefined
  return deps.clock.after(leftMs, () => stop.stop('timeout'))
}
