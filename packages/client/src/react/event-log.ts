/** The events of one job, in order, each once, and never more than a page can hold. */
import type { JobEventView } from '@safelight/shared'

/** A job of an hour ticks more often than anybody reads. */
export const EVENTS_AT_MOST = 2_000

/**
 * Appends. Heard again, an event changes nothing; of another history (the server lost the first), it
 * takes the place of what it contradicts.
 */
export function appendEvent(events: readonly JobEventView[], event: JobEventView): JobEventView[] {
  const last = events.at(-1)
  if (!last || event.seq > last.seq) return bound([...events, event])
  const at = events.findIndex(({ seq }) => seq >= event.seq)
  if (events[at]?.stamp === event.stamp) return [...events]
  return [...events.slice(0, at), event]
}

/** Progress goes first, oldest first: what happened to the job outlasts how far it was. */
function bound(events: JobEventView[]): JobEventView[] {
  if (events.length <= EVENTS_AT_MOST) return events
  const progress = events.findIndex(({ type }) => type === 'progress')
  return events.toSpliced(Math.max(0, progress), 1)
}
