/** One job event after the other, told as the moments that people care about. Progress is not told tick by tick. */
import { assertNever, type JobEventView, type JobPhase } from '@safelight/shared'
import type { Moment } from './timeline.ts'
import { toEndMoment, toTakenTitle } from './words.ts'

type StatusEvent = Extract<JobEventView, { type: 'status' }>

/**
 * @param attempt the one that ran before the first event; 0 for none
 * @returns a function to be called with each event, in order
 */
export function createTeller(attempt: number): (event: JobEventView) => Moment[] {
  let phase: JobPhase | null = null
  /** How often this attempt was taken up: a worker that goes away leaves it to another. */
  let turns = attempt > 0 ? 1 : 0
  let warnings = 0

  function tellStatus(event: StatusEvent): Moment[] {
    const said = event.warnings?.length ?? warnings
    const fresh = (event.warnings ?? []).slice(warnings).map((warning, index) => ({
      key: `warning-${warnings + index}`,
      kind: 'warning' as const,
      at: event.ts,
      title: 'Warning',
      detail: warning.message,
    }))
    warnings = said
    const moment = tellMove(event)
    phase = event.phase
    return moment ? [moment, ...fresh] : fresh
  }

  function tellMove(event: StatusEvent): Moment | null {
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
        return tellPhase(event)
      case 'canceling':
        return { key: 'canceling', kind: 'canceling', at, title: 'Asked to cancel', detail: null }
      default:
        return toEndMoment({ status, at, error: event.error ?? null })
    }
  }

  function tellPhase({ phase: next, attempt: given, hostId, ts: at }: StatusEvent): Moment | null {
    if (next === 'preparing') {
      const isNew = given !== undefined && given > attempt
      attempt = given ?? attempt
      turns = isNew ? 1 : turns + 1
      const key = turns > 1 ? `taken-${attempt}-${turns}` : `taken-${attempt}`
      const host = hostId ?? null
      const title =
        turns > 1 ? toTakenTitle({ again: true, host }) : toTakenTitle({ attempt, host })
      return { key, kind: 'taken', at, title, detail: null }
    }
    // said again, e.g. with a warning
    if (next === phase) return null
    const suffix = turns > 1 ? `${attempt}-${turns}` : String(attempt)
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
        return tellStatus(event)
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
