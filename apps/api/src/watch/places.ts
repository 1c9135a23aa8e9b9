/** Where waiting jobs stand, and when they should be done: what is ahead, over the hosts that may take it. */
import type { Clock } from '@safelight/runtime'
import { type HostView, takesPrompts } from '@safelight/shared'
import { ANY_POOL, type Backlog, type HostRegistry } from '@safelight/store'
import type { QueuePlace } from './queue-positions.ts'

export interface PlacesDeps {
  backlog: Pick<Backlog, 'position'>
  hosts: Pick<HostRegistry, 'list'>
  clock: Clock
  /** How long the list of hosts is remembered: every queued job of a list asks for it. */
  maxAgeMs: number
}

export function createPlaces(deps: PlacesDeps): (jobId: string) => Promise<QueuePlace | null> {
  const { backlog, clock, maxAgeMs } = deps
  let hosts: Promise<HostView[]> | null = null
  let askedAt = 0

  function listHosts(): Promise<HostView[]> {
    if (!hosts || clock.steady() - askedAt >= maxAgeMs) {
      askedAt = clock.steady()
      hosts = deps.hosts.list()
      hosts.catch(() => (hosts = null))
    }
    return hosts
  }

  return async (jobId) => {
    const place = await backlog.position(jobId)
    if (!place) return null
    const { ahead, meanCost, pool } = place
    // each runs one prompt at a time, however many are staged there
    const serving = (await listHosts()).filter(
      ({ state, labels }) => takesPrompts(state) && (pool === ANY_POOL || labels.includes(pool)),
    ).length
    const etaMs =
      serving > 0 ? Math.round(((ahead + 1) * meanCost) / Math.min(serving, ahead + 1)) : null
    return { position: ahead, etaMs }
  }
}
