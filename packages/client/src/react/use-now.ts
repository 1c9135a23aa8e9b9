/** The time, once a second, but only while somebody needs it. */
import { useEffect, useState } from 'react'

const TICK_MS = 1_000

/**
 * @param clock ms since the epoch; always the same function
 * @returns when it last ticked; a little old while it does not
 */
export function useNow(isTicking: boolean, clock: () => number = Date.now): number {
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
