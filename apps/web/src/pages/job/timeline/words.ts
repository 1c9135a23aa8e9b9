/** How moments are named, whichever source they come from. */
import type { JobError } from '@safelight/shared'
import type { Moment } from './timeline.ts'

export function toTakenTitle(
  taken: { attempt: number; host: string | null } | { again: true; host: string | null },
): string {
  const { host } = taken
  if ('again' in taken) return host ? `Taken up again on ${host}` : 'Taken up again'
  if (taken.attempt > 1) return `Attempt ${taken.attempt}${host ? ` on ${host}` : ''}`
  return host ? `Taken by ${host}` : 'Taken by a host'
}

const ENDS = {
  succeeded: 'Done',
  failed: 'Failed',
  canceled: 'Canceled',
  expired: 'Expired before it could start',
} as const

export function toEndMoment(end: {
  status: keyof typeof ENDS
  at: number
  error: JobError | null
}): Moment {
  const { status, at, error } = end
  const detail = status === 'failed' ? (error?.message.split('\n', 1)[0] ?? null) : null
  return { key: 'end', kind: status, at, title: ENDS[status], detail }
}
