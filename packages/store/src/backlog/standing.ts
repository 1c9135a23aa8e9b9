/** How a job that has not ended stands: what its record notes beside the snapshot, where it is, and who is ahead. Only looks. */
import type { Redis } from 'ioredis'
import { parseAttempt } from '../jobs/attempt-record.ts'
import { countLost } from '../jobs/in-hand.ts'
import type { AttemptRecord } from '../job-store.ts'
import type { Keys } from '../keys.ts'
import { ask } from '../redis-unavailable.ts'
import type { Backlog } from './backlog.ts'
import { jobNeedsSchema, type JobNeeds, NO_NEEDS } from './needs.ts'
import type { Position, Whereabouts } from './whereabouts.ts'

export interface Standing {
  where: Whereabouts
  /** Null when it is not in the backlog. */
  position: Position | null
  /** Whose the first of those ahead are; so many of them were looked at. */
  ahead: { byOwner: ReadonlyMap<string, number>; counted: number }
  /** Until when it is deferred (ms since the epoch); null when it is not. */
  until: number | null
  needs: JobNeeds
  /** Null before its first attempt, or when what is noted of it cannot be read. */
  attempt: AttemptRecord | null
  /** Its fencing token while a worker has it in hand, or had it and died. */
  held: string | null
  /** Workers that died with it in hand. */
  lostWorkers: number
  /** Times that something nobody foresaw was thrown while it was in hand. */
  mishaps: number
  /** How often it has got a slot. */
  dispatches: number
  /** Jobs before which it was passed over for models that were in place elsewhere. */
  overtaken: number
  /** Assets that its workflow refers to. */
  inputs: number
  /** Jobs of its owner that have a slot, whichever their pool. */
  ownerRunning: number
}

/** Of those ahead, whose owners are read: one look costs the same however long the line is. */
const OWNERS_READ_AT_MOST = 100

/** As they are read. */
const FIELDS = [
  'needs',
  'run',
  'held',
  'lost',
  'mishaps',
  'dispatches',
  'overtaken',
  'inputs',
] as const

export interface StandingDeps {
  redis: Redis
  keys: Keys
  backlog: Pick<Backlog, 'locate' | 'position'>
}

export type ReadStanding = (jobId: string, owner: string) => Promise<Standing>

export function createStandings({ redis, keys, backlog }: StandingDeps): ReadStanding {
  return async (jobId, owner) => {
    const [[where], position, until, ownerRunning, fields] = await Promise.all([
      backlog.locate([jobId]),
      backlog.position(jobId),
      ask(redis.zscore(keys.deferred, jobId)),
      ask(redis.scard(keys.running(owner))),
      ask(redis.hmget(keys.job(jobId), ...FIELDS)),
    ])
    const [needs, run, held, lost, mishaps, dispatches, overtaken, inputs] = fields
    return {
      where: where ?? { place: 'ended' },
      position,
      ahead: await readAhead(position),
      until: until === null ? null : Number(until),
      needs: readOr(NO_NEEDS, () => jobNeedsSchema.parse(JSON.parse(needs ?? 'null'))),
      attempt: readOr(null, () => parseAttempt(run ?? null)),
      held: held?.replace('~', '') ?? null,
      lostWorkers: countLost(lost ?? '').count,
      mishaps: Number(mishaps ?? 0),
      dispatches: Number(dispatches ?? 0),
      overtaken: Number(overtaken ?? 0),
      inputs: (inputs ?? '').split(' ').filter(Boolean).length,
      ownerRunning,
    }
  }

  async function readAhead(position: Position | null): Promise<Standing['ahead']> {
    const byOwner = new Map<string, number>()
    const last = Math.min(position?.ahead ?? 0, OWNERS_READ_AT_MOST) - 1
    if (!position || last < 0) return { byOwner, counted: 0 }
    const jobIds = await ask(redis.zrange(keys.backlog(position.pool), '0', String(last)))
    const owners = await Promise.all(jobIds.map((id) => ask(redis.hget(keys.job(id), 'owner'))))
    for (const owner of owners)
      if (owner !== null) byOwner.set(owner, (byOwner.get(owner) ?? 0) + 1)
    return { byOwner, counted: jobIds.length }
  }
}

/** A part that cannot be read must not hide the rest. */
function readOr<T>(otherwise: T, read: () => T): T {
  try {
    return read()
  } catch {
    return otherwise
  }
}
