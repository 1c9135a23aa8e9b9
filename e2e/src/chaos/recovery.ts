/**
 * How long jobs stood still after a kill: from the kill to their next progress or end, less their waits in line. Pure.
 *
 * Only jobs that what died had to do with: those that a worker held, those on a host, all of them when it was Redis.
 * What another worker's job waits for is not made longer by the death of this one.
 */
import { isTerminal, type JobEvent } from '@safelight/shared'
import type { Disruption } from './blows.ts'

export interface Recovery {
  ms: number
  target: string
  what: string
  at: number
  jobId: string
  /** Jobs that waited for a slot at that moment; null where nobody looked. */
  waiting: number | null
}

export interface JobHistory {
  jobId: string
  /** Oldest first; older ones may be gone. */
  events: readonly JobEvent[]
}

/** The slowest per kind of loss. */
export function slowestRecoveries(
  disruptions: readonly Disruption[],
  histories: readonly JobHistory[],
): Map<string, Recovery> {
  const slowest = new Map<string, Recovery>()
  const absences = disruptions.filter(
    ({ hostId, what, dead }) => hostId !== null && (dead || AWAY.includes(what)),
  )
  for (const { target, what, at, dead, hostId, left } of disruptions) {
    const kind = target.replace(/-\d+$/, '')
    if (!dead || kind === 'api') continue
    const held = left && new Set(left.jobIds)
    for (const { jobId, events } of histories) {
      if (held && !held.has(jobId)) continue
      const ms = standstill(events, { at, hostId, isHeld: held !== null })
      if (ms === null) continue
      // whoever takes it up waits for its host, or may not take it up before that is on a list again
      const alone = held === null || !wasAway(events, { from: at, to: at + ms, absences })
      const loss = alone ? kind : `${kind} while its host was away`
      if (ms > (slowest.get(loss)?.ms ?? -1))
        slowest.set(loss, { ms, target, what, at, jobId, waiting: left?.waiting ?? null })
    }
  }
  return slowest
}

/** Besides its death. */
const AWAY: readonly string[] = ['unlisted', 'frozen']

function wasAway(
  events: readonly JobEvent[],
  { from, to, absences }: { from: number; to: number; absences: readonly Disruption[] },
): boolean {
  const hosts = events.flatMap((event) =>
    event.type === 'status' && event.ts <= to ? (event.hostId ?? []) : [],
  )
  const host = hosts.at(-1)
  return absences.some(
    ({ hostId, at, until = Infinity }) => hostId === host && at <= to && until >= from,
  )
}

interface Loss {
  at: number
  hostId: string | null
  /** It is known to have been in the hand of what died. */
  isHeld: boolean
}

/** Null when the job had nothing to do with what died. */
function standstill(events: readonly JobEvent[], { at, hostId, isHeld }: Loss): number | null {
  const first = events[0]
  if (!first || first.ts > at) return null
  const statuses = events.filter((event) => event.type === 'status')
  const before = statuses.filter(({ ts }) => ts <= at)
  const last = before.at(-1)
  const isWorkedAt = last?.phase === 'executing' || last?.phase === 'collecting'
  const lastHost = before.findLast((event) => event.hostId !== undefined)?.hostId
  if (!(isWorkedAt || isHeld) || (hostId !== null && lastHost !== hostId)) return null
  const next = events.find(
    (event) =>
      event.ts > at &&
      // what had not begun goes on when somebody has it again: it may have to wait for others on its host
      (!isWorkedAt ||
        event.type === 'progress' ||
        (event.type === 'status' && isTerminal(event.status))),
  )
  if (!next) return null
  const lined = statuses.filter(({ status, ts }) => status === 'queued' && ts > at && ts < next.ts)
  const waits = lined.map((back) => {
    const taken = statuses.find(({ ts, status }) => ts >= back.ts && status !== 'queued')
    return Math.min(taken?.ts ?? next.ts, next.ts) - back.ts
  })
  return next.ts - at - waits.reduce((sum, ms) => sum + ms, 0)
}
