/**
 * Hosts that have nothing to do, as their workers say now and then: a job is not staged behind another one while such a
 * host may take it. And what is staged all the same, which they ask for in the record of the job.
 */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { bindScript, type Script } from '../bind-script.ts'
import type { Keys } from '../keys.ts'
import { type JobNeeds, jobNeedsSchema } from './needs.ts'
import { PLACES } from './places.ts'

/** A job that has a slot behind another one. */
export interface StagedJobElsewhere {
  jobId: string
  pool: string
  hostId: string
  /** 0 for the highest priority. */
  band: number
  needs: JobNeeds
  /** ms since the epoch */
  dispatchedAt: number
}

export interface IdleHosts {
  hosts: readonly { hostId: string; pools: readonly string[] }[]
  workerId: string
  /** Said again before it is over. */
  forMs: number
  /** Jobs that have been staged for less are not told of. */
  stagedMs: number
}

export interface WantOrder {
  jobId: string
  /** Where it is staged. */
  hostId: string
  /** The host that has nothing to do, and who has offered it. */
  byHostId: string
  workerId: string
  /** After that it is anybody's again. */
  forMs: number
  /** How long it must have to wait where it is. */
  worthMs: number
}

/** A host has asked for the job: it is worth it where the job would wait for at least so long. */
export interface Wanted {
  byHostId: string
  worthMs: number
}

export interface IdleHostLooks {
  /**
   * Says that these hosts of a worker have nothing to do.
   * @returns jobs of their pools that are staged, and that no host has asked for: some of them when there are very many
   */
  offer(idle: IdleHosts): Promise<StagedJobElsewhere[]>
  /** @returns false when it is not staged there any more, or another host has asked for it */
  want(order: WantOrder): Promise<boolean>
  /** Who has asked for each of these jobs, and is offered and has nothing to do still; in the same order, null: none. */
  wantedBy(jobIds: readonly string[]): Promise<(Wanted | null)[]>
}

/** Of a pool. */
const STAGED_AT_MOST = 100
/** Of a pool and a worker: more need not be known. */
const OFFERED_AT_MOST = 16
/** They may be those of whoever asks. */
const LOOKED_AT_MOST = 4 * OFFERED_AT_MOST
/** A job that is younger goes to an idle host, should one of another worker be able to run it: that had no chance to take it yet. */
const YOUNG_MS = 1_000

/**
 * Needs `PLACES`. Fields of the record: `wanted` (the host as it is offered: `<hostId> <workerId>`), `wantedUntil` (ms), `wantedWorth`
 * (ms). A host that has got a job meanwhile asks no more, nor does one that its worker does not offer any more.
 */
const WANTED = `
local function countOn(hostId) return redis.call('ZCARD', prefix .. 'dispatched:' .. hostId) end

local function hostOf(member) return string.match(member, '^%S+') end

local function isOffered(pool, member)
  return number(redis.call('ZSCORE', prefix .. 'idle:' .. pool, member)) > timeNow()
end

local function wantedBy(pool, wanted, untilMs)
  if not pool or not wanted or number(untilMs) <= timeNow() or not isOffered(pool, wanted) then return nil end
  local host = hostOf(wanted)
  return countOn(host) == 0 and host or nil
end

-- behind another job of that host
local function isStaged(jobId, host)
  return number(redis.call('ZRANK', prefix .. 'dispatched:' .. host, jobId)) > 0
end
`

/** The host of another worker that a job goes to rather than behind others: it has asked for it, or the job is young; else nil. */
export const FREER = `${WANTED}
local function freerFor(jobId, pool, host, worker, wanted, untilMs)
  local by = wantedBy(pool, wanted, untilMs)
  if by and by ~= host then return by end
  local now = timeNow()
  if now - number(redis.call('ZSCORE', backlogOf(pool) .. ':since', jobId)) > ${YOUNG_MS} then return nil end
  local idle = redis.call('ZRANGEBYSCORE', prefix .. 'idle:' .. pool, whole(now), '+inf', 'LIMIT', 0, ${LOOKED_AT_MOST})
  for _, member in ipairs(idle) do
    local other = hostOf(member)
    -- of those that it drives itself whoever asks knows more
    if other ~= host and countOn(other) == 0 and not isOffered(pool, other .. ' ' .. worker) then return other end
  end
  return nil
end
`

/**
 * ARGV 1 prefix of all keys · 2 workerId · 3 ms for which it is so · 4 ms for which a job must have been staged · 5… a pool, and the
 *   number of hosts that serve it and have nothing to do, then those, for each pool
 * Returns rows [jobId, pool, hostId, band, needs JSON, ms of its dispatch] of what is staged in these pools.
 * Channels: none.
 */
const OFFER: Script = {
  name: 'safelightOffer',
  lua: `${PLACES}${WANTED}
local now, rows, i = timeNow(), {}, 5
while i < #ARGV do
  local pool, from = ARGV[i], i + 2
  local idle = prefix .. 'idle:' .. pool
  i = from + number(ARGV[i + 1])
  redis.call('ZREMRANGEBYSCORE', idle, '-inf', whole(now))
  for at = from, i - 1 do redis.call('ZADD', idle, whole(now + number(ARGV[3])), ARGV[at] .. ' ' .. ARGV[2]) end
  redis.call('PEXPIRE', idle, whole(number(ARGV[3])))
  local jobs = redis.call('SMEMBERS', backlogOf(pool) .. ':running')
  for n = 1, math.min(#jobs, ${STAGED_AT_MOST}) do
    -- of very many, others at another time
    local jobId = jobs[(now + n) % #jobs + 1]
    local at = redis.call('HMGET', recordOf(jobId), 'host', 'band', 'needs', 'wanted', 'wantedUntil')
    local since = at[1] and number(redis.call('ZSCORE', prefix .. 'dispatched:' .. at[1], jobId)) or now
    if now - since >= number(ARGV[4]) and isStaged(jobId, at[1]) and not wantedBy(pool, at[4], at[5]) then
      table.insert(rows, {jobId, pool, at[1], at[2], at[3], whole(since)})
    end
  end
end
return rows
`,
}

/**
 * KEYS 1 record (HASH)
 * ARGV 1 prefix of all keys · 2 jobId · 3 the host where it is staged · 4 the host that asks for it, as it is offered · 5 for how many ms
 *      6 the ms that it must have to wait
 * Returns 1 when that host has asked for it now, else 0.
 * Channels: none.
 */
const WANT: Script = {
  name: 'safelightWant',
  lua: `${PLACES}${WANTED}
local at = redis.call('HMGET', KEYS[1], 'host', 'wanted', 'wantedUntil', 'pool')
if at[1] ~= ARGV[3] or not isStaged(ARGV[2], ARGV[3]) or wantedBy(at[4], at[2], at[3]) then return 0 end
redis.call('HSET', KEYS[1], 'wanted', ARGV[4], 'wantedUntil', whole(timeNow() + number(ARGV[5])), 'wantedWorth', ARGV[6])
return 1
`,
}

/**
 * ARGV 1 prefix of all keys · 2… jobIds
 * Returns of each [the host that has asked for it, the ms that it must have to wait], or nil.
 * Channels: none.
 */
const WANTED_BY: Script = {
  name: 'safelightWantedBy',
  lua: `${PLACES}${WANTED}
local found = {}
for i = 2, #ARGV do
  local at = redis.call('HMGET', recordOf(ARGV[i]), 'pool', 'wanted', 'wantedUntil', 'wantedWorth')
  local by = wantedBy(at[1], at[2], at[3])
  found[#found + 1] = by and {by, at[4]} or false
end
return found
`,
}

const count = z.coerce.number()
const rowsSchema = z.array(z.tuple([z.string(), z.string(), z.string(), count, z.string(), count]))

const wantedSchema = z.array(z.tuple([z.string(), count]).nullable())

export function createIdleHostLooks({ redis, keys }: { redis: Redis; keys: Keys }): IdleHostLooks {
  const offer = bindScript(redis, OFFER)
  const want = bindScript(redis, WANT)
  const wantedBy = bindScript(redis, WANTED_BY)
  const { prefix } = keys
  return {
    async offer({ hosts, workerId, forMs, stagedMs }) {
      const pools = new Set(hosts.flatMap((host) => host.pools))
      const serving = [...pools].flatMap((pool) => {
        const some = hosts.filter((host) => host.pools.includes(pool)).slice(0, OFFERED_AT_MOST)
        return [pool, some.length, ...some.map(({ hostId }) => hostId)]
      })
      const rows = rowsSchema.parse(
        await offer([], [prefix, workerId, forMs, stagedMs, ...serving]),
      )
      return rows.map(([jobId, pool, hostId, band, json, dispatchedAt]) => {
        const needs = jobNeedsSchema.parse(JSON.parse(json))
        return { jobId, pool, hostId, band, needs, dispatchedAt }
      })
    },
    async want({ jobId, hostId, byHostId, workerId, forMs, worthMs }) {
      const argv = [prefix, jobId, hostId, `${byHostId} ${workerId}`, forMs, worthMs]
      return (await want([keys.job(jobId)], argv)) === 1
    },
    async wantedBy(jobIds) {
      if (jobIds.length === 0) return []
      const found = wantedSchema.parse(await wantedBy([], [prefix, ...jobIds]))
      return found.map((wanted) => wanted && { byHostId: wanted[0], worthMs: wanted[1] })
    },
  }
}
