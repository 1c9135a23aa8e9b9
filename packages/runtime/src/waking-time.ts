/**
 * A stopwatch that stands still while this process does: stopped, or suspended with its container or machine. It is for
 * how long others may take: who could neither ask nor hear them has not waited for them.
 */
import { type Clock, systemClock } from './clock.ts'

export interface WakingTime {
  /** ms; only differences count. */
  now: () => number
  close(): void
}

const TICK_MS = 250
/** Of the time between two ticks this much counts, and what is beyond it does not: a busy process is late, too. */
const COUNTS_MS = 4 * TICK_MS

export function startWakingTime(clock: Pick<Clock, 'steady' | 'after'> = systemClock): WakingTime {
  let wakingMs = 0
  let tickedAt = clock.steady()
  const sinceTick = () => Math.min(clock.steady() - tickedAt, COUNTS_MS)

  function tick(): void {
    wakingMs += sinceTick()
    tickedAt = clock.steady()
    callOff = clock.after(TICK_MS, tick)
  }

  let callOff = clock.after(TICK_MS, tick)
  return {
    now: () => wakingMs + sinceTick(),
    close: () => callOff(),
  }
}
