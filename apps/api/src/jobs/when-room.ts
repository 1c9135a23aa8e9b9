/** When a full queue should have room again: what waits there costs so much on average, and so many hosts take from it. */
import { type Clock, remember } from '@safelight/runtime'
import { takesPrompts } from '@safelight/shared'
import type { Backlog, HostRegistry } from '@safelight/store'

/** In s. Later, the estimate would be one of who comes and goes meanwhile. */
const LATEST = 10

export interface WhenRoomDeps {
  backlog: Pick<Backlog, 'meanCost'>
  hosts: Pick<HostRegistry, 'list'>
  clock: Clock
  /** How long an answer is remembered: a full queue is full for many at once. */
  maxAgeMs: number
}

/** @returns whole seconds until so many places should be free, 1 to 10 */
export type WhenRoom = (places: number) => Promise<number>

export function createWhenRoom({ backlog, hosts, clock, maxAgeMs }: WhenRoomDeps): WhenRoom {
  const paces = remember(
    async () => {
      const [meanCost, all] = await Promise.all([backlog.meanCost(), hosts.list()])
      return { meanCost, hosts: all.filter(({ state }) => takesPrompts(state)).length }
    },
    { clock, maxAgeMs },
  )
  return async (places) => toSeconds({ places, ...(await paces.get()) })
}

/** Each host takes the next when it is done with one, so a place is free whenever any of them is. */
export function toSeconds(pace: {
  places: number
  /** ms; null when it is not known, e.g. because all that is left has been taken back from hosts */
  meanCost: number | null
  hosts: number
}): number {
  if (pace.hosts === 0 || pace.meanCost === null) return LATEST
  const ms = (Math.max(1, pace.places) * pace.meanCost) / pace.hosts
  return Math.min(LATEST, Math.max(1, Math.ceil(ms / 1_000)))
}
