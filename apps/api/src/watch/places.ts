/** Where waiting jobs stand, and when they should be done: what is ahead, over the hosts that may take it. */
import { type Clock, remember } from '@safelight/runtime'
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
  const hosts = remember(() => deps.hosts.list(), { clock, maxAgeMs })

  return async (jobId) => {
    const place = await backlog.position(jobId)
    if (!place) return null
    const { ahead, meanCost, pool } = place
    const serving = (await hosts.get()).filter(
      ({ state, labels }) => takesPrompts(state) && (pool === ANY_POOL || labels.includes(pool)),
    )
    return { position: ahead, etaMs: toEta(serving, { ahead, meanCost }) }
  }
}

/**
 * Ahead is also what these hosts have already: all that is staged there, and of what runs about half. Each runs one
 * prompt at a time, however many are staged. Jobs of other pools that wait for the same hosts are not known here.
 */
export function toEta(
  serving: readonly Pick<HostView, 'running' | 'staged'>[],
  { ahead, meanCost }: { ahead: number; meanCost: number },
): number | null {
  if (serving.length === 0) return null
  const there = serving.reduce((sum, host) => sum + host.staged.length + host.running.length / 2, 0)
  const jobs = ahead + there + 1
  return Math.round((jobs * meanCost) / Math.min(serving.length, jobs))
}
