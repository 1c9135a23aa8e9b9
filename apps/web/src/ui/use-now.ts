/** The time, again and again: for words such as `3 min ago` that grow old by themselves. */
import { useEffect, useState } from 'react'

/** @returns ms since the epoch */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
