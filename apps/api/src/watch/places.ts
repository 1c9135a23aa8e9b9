/** Where waiting jobs stand, and when they should be done. */
import type { Clock } from '@safelight/runtime'
import type { Backlog } from '@safelight/store'
import type { ReadFleetWork } from './fleet-work.ts'
import type { QueuePositionsDeps } from './queue-positions.ts'
import { toEndMs } from './wait-time.ts'

export interface PlacesDeps {
  backlog: Pick<Backlog, 'position'>
  fleetWork: ReadFleetWork
  /** Redis' time. */
  clock: Pick<Clock, 'now'>
}

export function createPlaces({
  backlog,
  fleetWork,
  clock,
}: PlacesDeps): QueuePositionsDeps['place'] {
  return async (jobId, known) => {
    const place = known ?? (await backlog.position(jobId))
    if (!place) return null
    return { position: place.ahead, etaMs: toEndMs(await fleetWork(), place, clock.now()) }
  }
}
