/** A moment as its age; the full date and time on hovering. */
import { toAgo } from './ago.ts'

export function TimeAgo({ at, now }: { at: number; now: number }) {
  const date = new Date(at)
  return (
    <time dateTime={date.toISOString()} title={date.toLocaleString()}>
      {toAgo(at, now)}
    </time>
  )
}
