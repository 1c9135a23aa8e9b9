/** A moment as its age; the full date and time on hovering. */
import { useMemo } from 'react'
import { toAgo } from './ago.ts'

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
