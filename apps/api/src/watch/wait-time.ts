/**
 * When a job that waits should begin: what is ahead of it is given to whichever host is free first, one job after the
 * other. Of a long line only the last part is gone through so; before that, all hosts are as good as level.
 */
import { type Position, servesPool } from '@safelight/store'
import { type FleetWork, givenBy, type ServingHost } from './fleet-work.ts'

export type Waiting = Position

/** Of the line, so much must be known for it to tell anything of the rest. */
const KNOWN_AT_LEAST = 0.6

/** A line of which all costs are known. */
type Priced = Pick<Position, 'pool' | 'ahead' | 'aheadMs' | 'costMs'> & {
  /** What each of those was taken for of which nothing was measured: jobs of other pools are, too. Unset when there was none. */
  guess?: number
}

interface Lane {
  /** ms from now on. */
  freeIn: number
  slowness: number
}

/** Of the line, this many jobs are gone through one by one. */
const ONE_BY_ONE = 64

/** Expected ms until it has ended; null when no host could take it, or nobody can tell. */
export function toEndMs(fleet: FleetWork, job: Waiting, nowMs: number): number | null {
  const priced = withUnseen(fleet, job, price(fleet, job))
  const lane = priced && laneOf(fleet, priced, nowMs)
  return lane && Math.round(lane.freeIn + priced.costMs * lane.slowness)
}

/** Expected ms until it begins; null as above. */
export function toBeginMs(fleet: FleetWork, job: Waiting, nowMs: number): number | null {
  const priced = withUnseen(fleet, job, price(fleet, job))
  return priced && beginsIn(fleet, priced, nowMs)
}

/** Expected ms until the next job begins, after those of a line of which all costs are taken to be known; null when no host could take it. */
export function beginsIn(
  fleet: Pick<FleetWork, 'hosts' | 'waiting'>,
  line: Priced,
  nowMs: number,
): number | null {
  return laneOf(fleet, line, nowMs)?.freeIn ?? null
}

/** What was never measured takes as long as what has ended lately, or else as what is known of the line; a guess is only good beside another. */
function price({ endedMs }: FleetWork, job: Waiting): Priced | null {
  const { ahead, aheadMs, aheadGuessed, guessed } = job
  if (aheadGuessed === 0 && !guessed) return job
  const known = ahead - aheadGuessed
  const ofLine = known > 0 && known >= KNOWN_AT_LEAST * (ahead + 1) ? aheadMs / known : null
  const each = endedMs ?? ofLine
  if (each === null) return null
  const costMs = guessed ? each : job.costMs
  return { ...job, aheadMs: aheadMs + aheadGuessed * each, costMs, guess: each }
}

/** What hosts were given, and nobody has seen there yet, is not in the line either: it is as if it were still ahead. */
function withUnseen(
  fleet: FleetWork,
  { given, pool }: Waiting,
  line: Priced | null,
): Priced | null {
  if (!line) return null
  const { jobs, unseen, unseenMs } = givenBy(fleet, pool)
  const since = Math.max(0, given - jobs)
  const each = line.ahead > 0 ? line.aheadMs / line.ahead : line.costMs
  return {
    ...line,
    ahead: line.ahead + unseen + since,
    aheadMs: line.aheadMs + unseenMs + since * each,
  }
}

function laneOf(
  fleet: Pick<FleetWork, 'hosts' | 'waiting'>,
  job: Priced,
  nowMs: number,
): Lane | null {
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
  { hosts: all, waiting }: Pick<FleetWork, 'hosts' | 'waiting'>,
  { ahead, aheadMs, costMs, pool, guess }: Priced,
  hosts: readonly ServingHost[],
): { jobs: number; ms: number } {
  const before = { jobs: ahead, ms: aheadMs }
  for (const [other, work] of waiting) {
    if (other === pool || work.jobs === 0) continue
    const serving = all.filter((host) => servesPool(host, other))
    const shared = hosts.filter((host) => servesPool(host, other)).length
    if (shared === 0) continue
    const share = shared / serving.length
    const workMs = guess === undefined ? work.ms : work.jobs * guess
    const ms = Math.min(workMs * share, (aheadMs + costMs) * (shared / hosts.length))
    before.ms += ms
    before.jobs += workMs > 0 ? (ms / workMs) * work.jobs : 0
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
