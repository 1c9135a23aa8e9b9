/** How long jobs stood still after a kill: from the kill to their next progress or end. Pure. */
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

/** The slowest per kind of target: of the jobs that were running then, and on a host that was hit, only those there. */
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

/** Null when the job was not running then, or not there. */
function standstill(events: readonly JobEvent[], at: number, hostId: string | null): number | null {
  const first = events[0]
  if (!first || first.ts > at) return null
  const before = events.filter(({ ts }) => ts <= at)
  const statuses = before.filter((event) => event.type === 'status')
  const isRunning = statuses.at(-1)?.status === 'running'
  const lastHost = statuses.findLast((event) => event.hostId !== undefined)?.hostId
  if (!isRunning || (hostId !== null && lastHost !== hostId)) return null
  const next = events.find(
    (event) =>
      event.ts > at &&
      (event.type === 'progress' || (event.type === 'status' && isTerminal(event.status))),
  )
  return next ? next.ts - at : null
}
