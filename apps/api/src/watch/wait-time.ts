/**
 * When a job that waits should begin: what is ahead of it is given to whichever host is free first, one job after the
 * other. Of a long line only the last part is gone through so; before that, all hosts are as good as level.
 */
import { servesPool } from '@safelight/store'
import type { FleetWork, ServingHost } from './fleet-work.ts'

export interface Waiting {
  /** Jobs ahead in its pool, and their expected ms on an average host. */
  ahead: number
  aheadMs: number
  /** Its own. */
  costMs: number
  pool: string
}

interface Lane {
  /** ms from now on. */
  freeIn: number
  slowness: number
}

/** Of the line, this many jobs are gone through one by one. */
const ONE_BY_ONE = 64

/** Expected ms until it has ended; null when no host could take it. */
export function toEndMs(fleet: FleetWork, job: Waiting, nowMs: number): number | null {
  const lane = laneOf(fleet, job, nowMs)
  return lane && Math.round(lane.freeIn + job.costMs * lane.slowness)
}

/** Expected ms until it begins; null when no host could take it. */
export function toBeginMs(fleet: FleetWork, job: Waiting, nowMs: number): number | null {
  return laneOf(fleet, job, nowMs)?.freeIn ?? null
}

function laneOf(fleet: FleetWork, job: Waiting, nowMs: number): Lane | null {
  const hosts = fleet.hosts.filter((host) => servesPool(host, job.pool))
  const before = addOtherPools(fleet, job, hosts)
  const meanMs = before.ms > 0 ? before.ms / before.jobs : job.costMs
  const lanes = hosts.map((host) => toLane(host, meanMs, nowMs))
  const oneByOne = Math.min(before.jobs, Math.max(ONE_BY_ONE, 2 * lanes.length))
  level(lanes, (before.jobs - oneByOne) * meanMs)
  for (let n = 0; n < Math.round(oneByOne); n += 1) {
    const next = firstFree(lanes)
    if (next) next.freeIn += meanMs * next.slowness
  }
  return firstFree(lanes)
}

/** Pools that share a host have their turns there: as much of another goes before as waits ahead in the job's own, or less. */
function addOtherPools(
  { hosts: all, waiting }: FleetWork,
  { ahead, aheadMs, costMs, pool }: Waiting,
  hosts: readonly ServingHost[],
): { jobs: number; ms: number } {
  const before = { jobs: ahead, ms: aheadMs }
  for (const [other, work] of waiting) {
    if (other === pool || work.jobs === 0) continue
    const serving = all.filter((host) => servesPool(host, other))
    const shared = hosts.filter((host) => servesPool(host, other)).length
    if (shared === 0) continue
    const share = shared / serving.length
    const ms = Math.min(work.ms * share, (aheadMs + costMs) * (shared / hosts.length))
    before.ms += ms
    before.jobs += work.ms > 0 ? (ms / work.ms) * work.jobs : 0
  }
  return before
}

function toLane({ idleAt, jobs, slowness }: ServingHost, meanMs: number, nowMs: number): Lane {
  const known = idleAt === null ? jobs * meanMs * slowness : idleAt - nowMs
  return { freeIn: Math.max(0, known), slowness }
}

/** Gives out so much work that no host is done with it before another. */
function level(lanes: Lane[], workMs: number): void {
  if (workMs <= 0) return
  const sorted = lanes.toSorted((one, other) => one.freeIn - other.freeIn)
  let [speed, offset, until] = [0, 0, 0]
  for (const [at, { freeIn, slowness }] of sorted.entries()) {
    speed += 1 / slowness
    offset += freeIn / slowness
    until = (workMs + offset) / speed
    if (until <= (sorted[at + 1]?.freeIn ?? Infinity)) break
  }
  for (const lane of lanes) lane.freeIn = Math.max(lane.freeIn, until)
}

function firstFree(lanes: readonly Lane[]): Lane | null {
  let first: Lane | null = null
  for (const lane of lanes) if (!first || lane.freeIn < first.freeIn) first = lane
  return first
}
