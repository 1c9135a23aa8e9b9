/** Where waiting jobs stand, and when they should be done. */
import type { Clock } from '@safelight/runtime'
import type { Backlog, Position } from '@safelight/store'
import { givenBy, type ReadFleetWork } from './fleet-work.ts'
import type { QueuePlace } from './queue-positions.ts'
import { toEndMs } from './wait-time.ts'

export interface PlacesDeps {
  backlog: Pick<Backlog, 'positions'>
  fleetWork: ReadFleetWork
  /** Redis' time. */
  clock: Pick<Clock, 'now'>
}

export interface Places {
  /** Of each of these jobs, in the same order; null: it does not wait. */
  of(jobIds: readonly string[]): Promise<(QueuePlace | null)[]>
  /** Of one whose position was just read. */
  at(position: Position): Promise<QueuePlace>
}

/** As many at once: meanwhile nobody else has an answer from Redis. */
const AT_ONCE = 100

export function createPlaces({ backlog, fleetWork, clock }: PlacesDeps): Places {
  async function at(place: Position): Promise<QueuePlace> {
    let fleet = await fleetWork()
    if (place.given > givenBy(fleet, place.pool).jobs) fleet = await fleetWork.lately()
    return { position: place.ahead, etaMs: toEndMs(fleet, place, clock.now()) }
  }
  return {
    at,
    async of(jobIds) {
      const found: (Position | null)[] = []
      for (let from = 0; from < jobIds.length; from += AT_ONCE)
        found.push(...(await backlog.positions(jobIds.slice(from, from + AT_ONCE))))
      return await Promise.all(found.map(async (position) => position && (await at(position))))
    },
  }
}
