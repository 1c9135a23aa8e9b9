/** `useJobDisplay`: a generation in words, which change by the second while it runs. */
import { useEffect, useState } from 'react'
import { type BatchPlace, isOfNow, type JobDisplay, toJobDisplay } from '../display/job-display.ts'
import type { Generation } from './use-generation.ts'

export interface DisplayOptions {
  /** Which of how many; otherwise what the job's metadata says. */
  batch?: BatchPlace | undefined
  /** Milliseconds without movement from which on it is said; 60 s unless given. */
  stalledAfterMs?: number | undefined
  /** The clock, ms since the epoch; always the same function. `Date.now` unless given. */
  now?: (() => number) | undefined
}

export function useJobDisplay(
  { update, connection }: Generation,
  { batch, stalledAfterMs, now }: DisplayOptions = {},
): JobDisplay {
  return toJobDisplay(update, {
    // what has ended, waits or cannot be reached says the same next second
    now: useNow(isOfNow(update, connection), now),
    connection,
    batch,
    stalledAfterMs,
  })
}

const TICK_MS = 1_000

/**
 * The time, once a second, but only while somebody needs it.
 * @param clock ms since the epoch; always the same function
 * @returns when it last ticked; a little old while it does not
 */
function useNow(isTicking: boolean, clock: () => number = Date.now): number {
  const [now, setNow] = useState(clock)
  useEffect(() => {
    if (!isTicking) return undefined
    const tick = () => setNow(clock())
    tick()
    const timer = setInterval(tick, TICK_MS)
    return () => clearInterval(timer)
  }, [isTicking, clock])
  return now
}
