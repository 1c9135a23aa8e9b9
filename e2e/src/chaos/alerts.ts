/** The alerts of a run, held to the blows: what must fire fires, and nothing stirs without one. Pure. */
import { ALERT_RULES, type AlertFacts, type AlertRule } from './alert-causes.ts'
import type { Disruption } from './blows.ts'

/** One alert in one state, from one moment to another. */
export interface Stretch {
  alert: string
  state: 'pending' | 'firing'
  /** The process or the host it tells of; '' when it tells of none. */
  subject: string
  /** ms since the epoch */
  from: number
  to: number
}

/** A blow that lasted long enough. */
export interface HeldBlow {
  what: string
  /** Alerts that must fire. */
  must: readonly string[]
  from: number
  to: number
}

export interface AlertRow {
  alert: string
  pending: number
  firing: number
  /** What accounts for it; the blows it must fire for first. */
  causes: string[]
}

export interface AlertVerdict {
  rows: AlertRow[]
  /** Of blows that were held: whether each of its alerts fired. */
  held: { what: string; alert: string; afterMs: number | null }[]
  faults: string[]
}

/** A scrape and an evaluation after its end. */
const FIRES_WITHIN_MS = 6_000
const DEAD_LETTERS = 5
/** `for: 5m` in a hurry, a scrape and an evaluation. */
const DEAD_LETTERS_MS = 25_000

export function judgeAlerts(
  stretches: readonly Stretch[],
  blows: { disruptions: readonly Disruption[]; held: readonly HeldBlow[]; endedAt: number },
  facts: AlertFacts,
): AlertVerdict {
  const faults: string[] = []
  const rows = new Map<string, AlertRow>()
  for (const stretch of stretches) {
    const { alert, state, subject, from } = stretch
    const row = rows.get(alert) ?? { alert, pending: 0, firing: 0, causes: [] }
    rows.set(alert, row)
    row[state] += 1
    const rule = ALERT_RULES[alert]
    const cause = rule && findCause(stretch, rule, { ...blows, facts })
    const when = `${alert}${subject && ` (${subject})`} was ${state} at ${new Date(from).toISOString()}`
    if (!cause) faults.push(`${when}, and nothing accounts for it`)
    else if (!row.causes.includes(cause)) row.causes.push(cause)
  }
  const firing = stretches.filter(({ state }) => state === 'firing')
  const held = blows.held.flatMap(({ what, must, from, to }) =>
    must.map((alert) => {
      const fired = firing.find(
        (one) => one.alert === alert && one.from >= from && one.from <= to + FIRES_WITHIN_MS,
      )
      if (!fired) faults.push(`${alert} did not fire: ${what}`)
      return { what, alert, afterMs: fired ? fired.from - from : null }
    }),
  )
  const hasFired = (alert: string) => firing.some((one) => one.alert === alert)
  if (facts.lost > 0 && !hasFired('SafelightWorkerLost'))
    faults.push(`SafelightWorkerLost did not fire: ${facts.lost} jobs lost their worker`)
  const letters = facts.deadLetters.filter((at) => at < blows.endedAt - DEAD_LETTERS_MS).length
  if (letters >= DEAD_LETTERS && !hasFired('SafelightDeadLettersGrow'))
    faults.push(`SafelightDeadLettersGrow did not fire: ${letters} dead letters`)
  return {
    rows: [...rows.values()].toSorted((a, b) => a.alert.localeCompare(b.alert)),
    held,
    faults,
  }
}

/** A scrape, an evaluation and two clocks. */
const LINGERS_MS = 6_000
const CLOCKS_MS = 1_000

function findCause(
  { subject, state, from }: Stretch,
  { isCause, isShort, isCounted, lingersMs = LINGERS_MS }: AlertRule,
  { disruptions, facts }: { disruptions: readonly Disruption[]; facts: AlertFacts },
): string | null {
  if (isCounted?.(facts, from)) return 'counted'
  const blow = disruptions.find(
    (one) =>
      (isCause?.(one, subject) || (state === 'pending' && isShort?.(one, subject))) &&
      one.at - CLOCKS_MS <= from &&
      from <= (one.until ?? one.at) + lingersMs,
  )
  return blow ? `${blow.target.replace(/-\d+$/, '')} ${blow.what}` : null
}
