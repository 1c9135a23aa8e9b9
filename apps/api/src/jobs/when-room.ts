/** When a full queue should have room again: as soon as so many that wait have begun. */
import type { Clock } from '@safelight/runtime'
import { ANY_POOL } from '@safelight/store'
import type { FleetWork, ReadFleetWork } from '../watch/fleet-work.ts'
import { beginsIn } from '../watch/wait-time.ts'

/** In s. Later, the estimate would be one of who comes and goes meanwhile. */
const LATEST = 10

export interface WhenRoomDeps {
  fleetWork: ReadFleetWork
  /** Redis' time. */
  clock: Pick<Clock, 'now'>
}

/** @returns whole seconds until so many places should be free, 1 to 10 */
export type WhenRoom = (places: number) => Promise<number>

export function createWhenRoom({ fleetWork, clock }: WhenRoomDeps): WhenRoom {
  return async (places) => toSeconds(await fleetWork(), places, clock.now())
}

/** Whichever pool they are in, as if any host took them: the next moment that any of them is free. */
export function toSeconds(
  fleet: Pick<FleetWork, 'hosts' | 'waiting'>,
  places: number,
  nowMs: number,
): number {
  const all = [...fleet.waiting.values()]
  const jobs = all.reduce((sum, pool) => sum + pool.jobs, 0)
  // e.g. because all that is left has been taken back from hosts
  if (jobs === 0) return LATEST
  const costMs = all.reduce((sum, pool) => sum + pool.ms, 0) / jobs
  const ahead = Math.max(1, places) - 1
  const line = { ahead, aheadMs: ahead * costMs, costMs, pool: ANY_POOL }
  const ms = beginsIn({ hosts: fleet.hosts, waiting: new Map() }, line, nowMs)
  return ms === null ? LATEST : Math.min(LATEST, Math.max(1, Math.ceil(ms / 1_000)))
}
