/** What waits and runs in all pools at one moment, for whoever decides how many hosts there should be. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { bindScript, type Script } from '../bind-script.ts'
import type { Keys } from '../keys.ts'
import { ANY_POOL } from './pools.ts'
import { PLACES } from './places.ts'

/** Jobs of one pool that wait, deferred ones included. */
export interface PoolWaiting {
  jobs: number
  /** Expected ms of GPU time, of all together. */
  costMs: number
  /** When the one that has waited longest was accepted (ms since the epoch); null when none waits. */
  oldestAt: number | null
}

/** Jobs of one pool that a host has. */
export interface PoolOnHost {
  hostId: string
  pool: string
  /** Who have a slot. */
  executing: number
  /** Whose outputs are carried away. */
  collecting: number
}

export interface PoolLoads {
  /** Pools in which somebody waits. */
  waiting: Map<string, PoolWaiting>
  onHosts: PoolOnHost[]
}

/** Deferred jobs whose pool is looked up, soonest first; any more of them count as jobs for any host. */
const DEFERRED_READ_AT_MOST = 1_000

/**
 * One step, because a job on its way from the backlog to a host must not be missed in both: a scaler that sees nothing
 * takes the last host away.
 *
 * KEYS 1 pools that have had a job (SET)
 * ARGV 1 prefix of all keys
 * Returns [rows [pool, jobs, ms, ms accepted of the oldest] of each pool where somebody waits, rows [hostId, pool, jobs with a
 *   slot, jobs that are collected] of each host that has jobs].
 * Channels: none.
 */
const POOL_LOADS: Script = {
  name: 'safelightPoolLoads',
  lua: `${PLACES}
local waiting, names = {}, {}
local function add(pool, jobs, ms, oldest)
  local row = waiting[pool]
  if not row then
    row = {0, 0, oldest}
    waiting[pool] = row
    table.insert(names, pool)
  end
  row[1], row[2], row[3] = row[1] + jobs, row[2] + ms, math.min(row[3], oldest)
end
local now = timeNow()
for _, pool in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local backlog = backlogOf(pool)
  local jobs = redis.call('ZCARD', backlog)
  if jobs > 0 then
    local oldest = redis.call('ZRANGE', backlog .. ':since', 0, 0, 'WITHSCORES')[2]
    add(pool, jobs, number(redis.call('HGET', backlog .. ':shares', ':cost')), number(oldest or now))
  end
end
local deferred = redis.call('ZCARD', prefix .. 'deferred')
local read = redis.call('ZRANGE', prefix .. 'deferred', 0, ${DEFERRED_READ_AT_MOST - 1})
for _, jobId in ipairs(read) do
  local at = redis.call('HMGET', recordOf(jobId), 'pool', 'cost', 'since')
  add(at[1] or '${ANY_POOL}', 1, number(at[2]), number(at[3] or now))
end
if deferred > #read then add('${ANY_POOL}', deferred - #read, 0, now) end
local waits = {}
for _, pool in ipairs(names) do
  local row = waiting[pool]
  table.insert(waits, {pool, row[1], whole(math.max(0, row[2])), whole(row[3])})
end
local hosts = {}
for _, host in ipairs(redis.call('SMEMBERS', prefix .. 'dispatched-to')) do
  local here = {}
  local function count(stage, at)
    for _, jobId in ipairs(redis.call('ZRANGE', prefix .. stage .. host, 0, -1)) do
      local pool = redis.call('HGET', recordOf(jobId), 'pool') or '${ANY_POOL}'
      if not here[pool] then
        here[pool] = {host, pool, 0, 0}
        table.insert(hosts, here[pool])
      end
      here[pool][at] = here[pool][at] + 1
    end
  end
  count('dispatched:', 3)
  count('collecting:', 4)
end
return {waits, hosts}
`,
}

const replySchema = z.tuple([
  z.array(z.tuple([z.string(), z.int(), z.coerce.number(), z.coerce.number()])),
  z.array(z.tuple([z.string(), z.string(), z.int(), z.int()])),
])

export function createPoolLoads({
  redis,
  keys,
}: {
  redis: Redis
  keys: Keys
}): () => Promise<PoolLoads> {
  const look = bindScript(redis, POOL_LOADS)
  return async () => {
    const [waiting, onHosts] = replySchema.parse(await look([keys.pools], [keys.prefix]))
    return {
      waiting: new Map(
        waiting.map(([pool, jobs, costMs, oldestAt]) => [pool, { jobs, costMs, oldestAt }]),
      ),
      onHosts: onHosts.map(([hostId, pool, executing, collecting]) => ({
        hostId,
        pool,
        executing,
        collecting,
      })),
    }
  }
}
