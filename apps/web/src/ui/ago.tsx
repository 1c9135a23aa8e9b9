/** How long ago something was, as one would say it: in words, as an element, and the time that makes it grow old. */
import { formatAge } from '@safelight/client'
import { useEffect, useMemo, useState } from 'react'

/** The full date and time shows on hovering. */
export function TimeAgo({ at, now }: { at: number; now: number }) {
  // formatting a date costs more than the rest of a row
  const { iso, full } = useMemo(() => toTexts(at), [at])
  return (
    <time dateTime={iso} title={full}>
      {toAgo(at, now)}
    </time>
  )
}

function toTexts(at: number): { iso: string; full: string } {
  const date = new Date(at)
  return { iso: date.toISOString(), full: date.toLocaleString() }
}

/** `just now`, `40 s ago`, `3 min ago`, `5 h ago`, `2 d ago` */
export function toAgo(time: number, now: number): string {
  const words = toAge(time, now)
  return words === null ? 'just now' : `${words} ago`
}

/** `40 s`, `3 min`, `5 h`, `2 d`; null for less than a few seconds. A clock that is ahead of ours is no future. */
export function toAge(time: number, now: number): string | null {
  const ms = now - time
  return ms < 5_000 ? null : formatAge(ms)
}

/**
 * The time, again and again: for words such as `3 min ago` that grow old by themselves.
 * @returns ms since the epoch
 */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
