/** The moments that people care about in one job event after the other. Ticks of progress are none. */
import { assertNever, type JobError, type JobEventView, type JobPhase } from '@safelight/shared'
import type { Moment } from './timeline.ts'

type StatusEvent = Extract<JobEventView, { type: 'status' }>

/**
 * @param attempt the one that ran before the first event; 0 for none
 * @returns a function to be called with each event, in order
 */
export function createMomentReader(attempt: number): (event: JobEventView) => Moment[] {
  let phase: JobPhase | null = null
  /** How often this attempt was claimed: a worker that goes away leaves it to another. */
  let claims = attempt > 0 ? 1 : 0
  let warnings = 0

  function readStatus(event: StatusEvent): Moment[] {
    const count = event.warnings?.length ?? warnings
    const fresh = (event.warnings ?? []).slice(warnings).map((warning, index) => ({
      key: `warning-${warnings + index}`,
      kind: 'warning' as const,
      at: event.ts,
      title: 'Warning',
      detail: warning.message,
    }))
    warnings = count
    const moment = readMove(event)
    phase = event.phase
    return moment ? [moment, ...fresh] : fresh
  }

  function readMove(event: StatusEvent): Moment | null {
    const { status, ts: at } = event
    switch (status) {
      case 'queued':
        return {
          key: `back-${event.seq}`,
          kind: 'back',
          at,
          title: 'Back in line',
          detail: attempt > 0 ? `Attempt ${attempt} ended early; it is tried again` : null,
        }
      case 'running':
        return readPhase(event)
      case 'canceling':
        return { key: 'canceling', kind: 'canceling', at, title: 'Asked to cancel', detail: null }
      default:
        return toEndMoment({ status, at, error: event.error ?? null })
    }
  }

  function readPhase({ phase: next, attempt: given, hostId, ts: at }: StatusEvent): Moment | null {
    if (next === 'preparing') {
      const isNew = given !== undefined && given > attempt
      attempt = given ?? attempt
      claims = isNew ? 1 : claims + 1
      const key = claims > 1 ? `taken-${attempt}-${claims}` : `taken-${attempt}`
      const host = hostId ?? null
      const title =
        claims > 1 ? toTakenTitle({ again: true, host }) : toTakenTitle({ attempt, host })
      return { key, kind: 'taken', at, title, detail: null }
    }
    // the same phase again, e.g. with a warning
    if (next === phase) return null
    const suffix = claims > 1 ? `${attempt}-${claims}` : String(attempt)
    switch (next) {
      case 'submitted':
        return {
          key: `submitted-${suffix}`,
          kind: 'submitted',
          at,
          title: 'Handed to the host',
          detail: null,
        }
      case 'executing':
        return {
          key: `executing-${suffix}`,
          kind: 'executing',
          at,
          title: 'Executing',
          detail: null,
        }
      case 'collecting':
        return {
          key: `storing-${suffix}`,
          kind: 'storing',
          at,
          title: 'Storing outputs',
          detail: null,
        }
      case null:
        return null
      default:
        return assertNever(next)
    }
  }

  return (event) => {
    switch (event.type) {
      case 'status':
        return readStatus(event)
      case 'output':
        return [
          {
            key: `output-${event.output.id}`,
            kind: 'output',
            at: event.ts,
            title: 'Output stored',
            detail: event.output.name,
          },
        ]
      case 'progress':
        return []
      default:
        return assertNever(event)
    }
  }
}

/** How moments are named, whichever source they come from. */
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
