/** The slots of hosts, shared by all workers: no host gets more than it has room for. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from './keys.ts'
import { bindScript, type Script } from './bind-script.ts'
import { ask } from './redis-unavailable.ts'

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`

/**
 * KEYS 1 taken slots of the host (ZSET jobId → ms until which)
 * ARGV 1 jobId · 2 slots of the host · 3 ms the slot is kept
 * Returns 1 when the job has a slot now, 0 when the host is full.
 * Channels: none.
 */
const ACQUIRE_SLOT: Script = {
  name: 'safelightAcquireSlot',
  lua: `${NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local held = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not held and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
return 1
`,
}

/**
 * KEYS 1 taken slots of the host (ZSET jobId → ms until which)
 * ARGV 1 jobId · 2 ms the slot is kept from now
 * Returns 1 when prolonged, 0 when it had run out (the slot may be somebody else's).
 * Channels: none.
 */
const RENEW_SLOT: Script = {
  name: 'safelightRenewSlot',
  lua: `${NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
return 1
`,
}

/**
 * KEYS 1 taken slots of the host (ZSET jobId → ms until which)
 * ARGV none
 * Returns the number of slots that are taken.
 * Channels: none.
 */
const COUNT_SLOTS: Script = {
  name: 'safelightCountSlots',
  lua: `${NOW}
return redis.call('ZCOUNT', KEYS[1], '(' .. now, '+inf')
`,
}

export interface SlotStore {
  /** True when the job holds one of the host's `max` slots now; asking again keeps it for longer. */
  acquire(hostId: string, slot: { jobId: string; max: number; ttlMs: number }): Promise<boolean>
  /** False when it had already run out: somebody else may have it. */
  renew(hostId: string, slot: { jobId: string; ttlMs: number }): Promise<boolean>
  release(hostId: string, jobId: string): Promise<void>
  /** How many of the host's slots are taken now, by whichever worker. */
  taken(hostId: string): Promise<number>
}

export function createSlotStore({ redis, keys }: { redis: Redis; keys: Keys }): SlotStore {
  const acquire = bindScript(redis, ACQUIRE_SLOT)
  const renew = bindScript(redis, RENEW_SLOT)
  const count = bindScript(redis, COUNT_SLOTS)
  return {
    async acquire(hostId, { jobId, max, ttlMs }) {
      return (await acquire([keys.slots(hostId)], [jobId, max, ttlMs])) === 1
    },
    async renew(hostId, { jobId, ttlMs }) {
      return (await renew([keys.slots(hostId)], [jobId, ttlMs])) === 1
    },
    async release(hostId, jobId) {
      await ask(redis.zrem(keys.slots(hostId), jobId))
    },
    async taken(hostId) {
      return z.int().parse(await count([keys.slots(hostId)], []))
    },
  }
}
