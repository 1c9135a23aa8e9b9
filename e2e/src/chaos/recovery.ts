/** How long jobs stood still after a kill: from the kill to their next progress or end, less their waits in line. Pure. */
import { isTerminal, type JobEvent } from '@safelight/shared'
import type { Disruption } from './blows.ts'

export interface Recovery {
  ms: number
  target: string
  what: string
  at: number
  jobId: string
}

export interface JobHistory {
  jobId: string
  /** Oldest first; older ones may be gone. */
  events: readonly JobEvent[]
}

/** The slowest per kind of target: of the jobs that were worked at then, and on a host that was hit, only those there. */
export function slowestRecoveries(
  disruptions: readonly Disruption[],
  histories: readonly JobHistory[],
): Map<string, Recovery> {
  const slowest = new Map<string, Recovery>()
  for (const { target, what, at, dead, hostId } of disruptions) {
    const kind = target.replace(/-\d+$/, '')
    if (!dead || kind === 'api') continue
    for (const { jobId, events } of histories) {
      const ms = standstill(events, at, hostId)
      if (ms !== null && ms > (slowest.get(kind)?.ms ?? -1))
        slowest.set(kind, { ms, target, what, at, jobId })
    }
  }
  return slowest
}

/** Null when the job was not being worked at then, or not there. */
function standstill(events: readonly JobEvent[], at: number, hostId: string | null): number | null {
  const first = events[0]
  if (!first || first.ts > at) return null
  const statuses = events.filter((event) => event.type === 'status')
  const before = statuses.filter(({ ts }) => ts <= at)
  const worked = before.at(-1)?.phase === 'executing' || before.at(-1)?.phase === 'collecting'
  const lastHost = before.findLast((event) => event.hostId !== undefined)?.hostId
  if (!worked || (hostId !== null && lastHost !== hostId)) return null
  const next = events.find(
    (event) =>
      event.ts > at &&
      (event.type === 'progress' || (event.type === 'status' && isTerminal(event.status))),
  )
  if (!next) return null
  const lined = statuses.filter(({ status, ts }) => status === 'queued' && ts > at && ts < next.ts)
  const waits = lined.map((back) => {
    const taken = statuses.find(({ ts, status }) => ts >= back.ts && status !== 'queued')
    return Math.min(taken?.ts ?? next.ts, next.ts) - back.ts
  })
  return next.ts - at - waits.reduce((sum, ms) => sum + ms, 0)
}
