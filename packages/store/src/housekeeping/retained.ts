/** How much is kept of what is kept for a time only: a few cheap commands, none of which reads what it counts. */
import type { RetainedKind } from '@safelight/shared'
import type { ChainableCommander, Redis } from 'ioredis'
import { OWNERS_AT_MOST } from '../backlog/scripts.ts'
import type { ReportedHost } from '../hosts/merge-reports.ts'
import { OWNER } from '../jobs/context.ts'
import type { Keys } from '../keys.ts'
import { COST_NAMES_AT_MOST } from '../node-costs.ts'
import { ask } from '../redis-unavailable.ts'

export interface Retained {
  count: number
  /** Since when the oldest is there (ms since the epoch); null where there is none, or nobody knows. */
  oldestAt: number | null
}

export interface RetainedNow {
  /** Of kinds that can be counted. */
  kinds: ReadonlyMap<RetainedKind, Retained>
  /** When the asset is due that is due first, of those that expire. */
  assetDueAt: number | null
  /** Whether the oldest job that has ended carries no end of its own: Redis would keep it for ever. */
  isEndless: boolean
  /** Whether a worker has reported lately. */
  hasWorkers: boolean
}

/** Most that are ever kept: the owners served last of each pool, and kinds of work. */
export const RETAINED_AT_MOST = { owners: OWNERS_AT_MOST, node_costs: COST_NAMES_AT_MOST } as const

/** More hosts, or pools, than that, and the others are left out: this is to be looked at. */
const NAMES_AT_MOST = 500
/** The oldest job is mostly one that has ended, unless so many wait for longer than that. */
const OLDEST_LOOKED_AT = 20

export type ReadRetained = () => Promise<RetainedNow>

export interface RetainedDeps {
  redis: Redis
  keys: Keys
  hosts: { list(): Promise<ReportedHost[]> }
}

export function createReadRetained({ redis, keys, hosts }: RetainedDeps): ReadRetained {
  const index = keys.index(OWNER)

  /** Of a sorted set by ms. */
  async function dated(key: string): Promise<Retained> {
    const [count, [, at]] = await Promise.all([
      redis.zcard(key),
      redis.zrange(key, '0', '0', 'WITHSCORES'),
    ])
    return { count, oldestAt: at === undefined ? null : Number(at) }
  }

  async function endedJobs(): Promise<Retained & { isEndless: boolean }> {
    const [all, open, oldest] = await Promise.all([
      redis.zcard(index),
      redis.zcard(keys.open),
      redis.zrange(index, '0', String(OLDEST_LOOKED_AT - 1), 'WITHSCORES'),
    ])
    const ids = oldest.filter((_, at) => at % 2 === 0)
    const waiting = await Promise.all(ids.map((id) => redis.zscore(keys.open, id)))
    const at = waiting.findIndex((score) => score === null)
    const id = ids[at]
    return {
      count: Math.max(0, all - open),
      oldestAt: id === undefined ? null : Number(oldest[2 * at + 1]),
      // -1: a key without an end; -2: no key, and the entry goes with the next sweep
      isEndless: id !== undefined && (await redis.pttl(keys.job(id))) === -1,
    }
  }

  /** In one journey, however many. */
  async function sum(
    names: readonly string[],
    count: (pipeline: ChainableCommander, name: string) => unknown,
  ): Promise<number> {
    if (names.length === 0) return 0
    const pipeline = redis.pipeline()
    for (const name of names) count(pipeline, name)
    let total = 0
    for (const [error, value] of (await pipeline.exec()) ?? []) {
      if (error) throw error
      total += Number(value)
    }
    return total
  }

  async function read(): Promise<RetainedNow> {
    const [views, pools] = await Promise.all([hosts.list(), redis.smembers(keys.pools)])
    const hostIds = views.map(({ id }) => id).slice(0, NAMES_AT_MOST)
    const [{ isEndless, ...jobs }, deadLetters, assets, expiry, trash, writes, costs] =
      await Promise.all([
        endedJobs(),
        dated(keys.deadLetters),
        dated(keys.assets),
        dated(keys.assetsExpiry),
        dated(keys.blobsTrash),
        dated(keys.blobsPending),
        dated(keys.costsMeasured),
      ])
    const [staged, orphans, reports, owners] = await Promise.all([
      sum(hostIds, (pipeline, id) => pipeline.zcard(keys.stagedNeeded(id))),
      sum(hostIds, (pipeline, id) => pipeline.hlen(keys.orphans(id))),
      redis.hlen(keys.hosts),
      sum(pools.slice(0, NAMES_AT_MOST), (pipeline, pool) =>
        pipeline.zcard(`${keys.backlog(pool)}:last`),
      ),
    ])
    const counted = (count: number): Retained => ({ count, oldestAt: null })
    const seen = views.flatMap(({ last_seen_at: at }) => (at === null ? [] : [Date.parse(at)]))
    return {
      kinds: new Map<RetainedKind, Retained>([
        ['jobs', jobs],
        ['dead_letters', deadLetters],
        ['assets', assets],
        ['unneeded_bytes', trash],
        ['writes', writes],
        ['staged_inputs', counted(staged)],
        ['orphans', counted(orphans)],
        ['host_reports', { count: reports, oldestAt: seen.length ? Math.min(...seen) : null }],
        ['pools', counted(pools.length)],
        ['owners', counted(owners)],
        ['node_costs', costs],
      ]),
      assetDueAt: expiry.oldestAt,
      isEndless,
      hasWorkers: views.some(({ workers }) => workers.length > 0),
    }
  }

  return () => ask(read())
}
