/**
 * What workers put into the input folders of hosts: which content is there under which name, and when a job last needed
 * it. A host may have lost it since: whoever relies on it asks the host.
 */
import { z } from 'zod'
import type { Redis } from 'ioredis'
import { bindScript, type Script } from './bind-script.ts'
import type { Keys } from './keys.ts'
import type { Now } from './redis-time.ts'
import { ask } from './redis-unavailable.ts'
import { type StoreTimings, toStoreTimings } from './timings.ts'

export interface StagedInput {
  /** `blake3:<hex>` of the content. */
  hash: string
  /** Bytes */
  size: number
}

export interface StagedInputs {
  /**
   * What is there, if it is known to be, and that it is needed now: in one step, so that nobody begins to empty it in
   * between. `emptying`: its bytes are being taken from the host at this moment.
   */
  need(hostId: string, name: string): Promise<StagedInput | 'emptying' | null>
  /** It is there now. */
  note(hostId: string, name: string, input: StagedInput): Promise<void>
  /** It is not there any more. */
  forget(hostId: string, name: string): Promise<void>
  /** Those that no job has needed since (ms since the epoch), longest ago first. */
  unused(hostId: string, since: number, atMost: number): Promise<{ name: string; hash: string }[]>
  /** Marks it as `emptying`, unless somebody has needed it since. @returns whether it is marked */
  beginEmptying(hostId: string, name: string, since: number): Promise<boolean>
}

/**
 * KEYS 1 names on a host (HASH) · 2 the same by ms last needed (ZSET)
 * ARGV 1 name · 2 ms now
 * Returns what stands for the name, or nil.
 */
const NEED: Script = {
  name: 'safelightNeedStaged',
  lua: `
local stored = redis.call('HGET', KEYS[1], ARGV[1])
if not stored then return nil end
if not string.find(stored, 'emptyingSince', 1, true) then
  redis.call('ZADD', KEYS[2], 'XX', ARGV[2], ARGV[1])
end
return stored
`,
}

/**
 * KEYS 1 names on a host (HASH) · 2 the same by ms last needed (ZSET)
 * ARGV 1 name · 2 ms since when nobody may have needed it · 3 what stands for it from now on · 4 ms now
 * Returns 1 when it is marked, else 0.
 */
const BEGIN_EMPTYING: Script = {
  name: 'safelightBeginEmptying',
  lua: `
local needed = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not needed or tonumber(needed) > tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
return 1
`,
}

const inputSchema = z.object({ hash: z.string(), size: z.number() })
const storedSchema = z.union([inputSchema, z.object({ emptyingSince: z.number() })])

export interface StagedInputsDeps {
  redis: Redis
  keys: Keys
  now: Now
  timings?: Partial<StoreTimings>
  /** Whoever empties is done with it by then, or has died. */
  emptyingMs?: number
}

export function createStagedInputs(deps: StagedInputsDeps): StagedInputs {
  const { redis, keys, now, emptyingMs = 30_000 } = deps
  const { stagedKnownMs } = toStoreTimings(deps.timings)
  const runNeed = bindScript(redis, NEED)
  const runBeginEmptying = bindScript(redis, BEGIN_EMPTYING)

  async function read(hostId: string, name: string) {
    return parseStored(await ask(redis.hget(keys.staged(hostId), name)))
  }

  return {
    async need(hostId, name) {
      const nowMs = await now()
      const reply = await runNeed([keys.staged(hostId), keys.stagedNeeded(hostId)], [name, nowMs])
      const stored = parseStored(z.string().nullable().parse(reply))
      if (!stored || 'hash' in stored) return stored
      return nowMs - stored.emptyingSince < emptyingMs ? 'emptying' : null
    },
    async note(hostId, name, { hash, size }) {
      const [names, needed] = [keys.staged(hostId), keys.stagedNeeded(hostId)]
      const nowMs = await now()
      await ask(
        redis
          .multi()
          .hset(names, name, JSON.stringify({ hash, size }))
          .zadd(needed, nowMs, name)
          .pexpire(names, stagedKnownMs)
          .pexpire(needed, stagedKnownMs)
          .exec(),
      )
    },
    async forget(hostId, name) {
      await ask(
        redis.multi().hdel(keys.staged(hostId), name).zrem(keys.stagedNeeded(hostId), name).exec(),
      )
    },
    async unused(hostId, since, atMost) {
      const names = await ask(
        redis.zrangebyscore(keys.stagedNeeded(hostId), '-inf', since, 'LIMIT', 0, atMost),
      )
      const found = await Promise.all(
        names.map(async (name) => {
          const stored = await read(hostId, name)
          // what a janitor that died has left is empty, or whole and known to nobody: both are emptied again
          return { name, hash: stored && 'hash' in stored ? stored.hash : '' }
        }),
      )
      return found
    },
    async beginEmptying(hostId, name, since) {
      const nowMs = await now()
      const reply = await runBeginEmptying(
        [keys.staged(hostId), keys.stagedNeeded(hostId)],
        [name, since, JSON.stringify({ emptyingSince: nowMs }), nowMs],
      )
      return reply === 1
    },
  }
}

function parseStored(json: string | null) {
  return json === null ? null : (storedSchema.safeParse(JSON.parse(json)).data ?? null)
}
