/** Leases of host slots, shared by all workers: no host gets more than it has room for. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from './keys.ts'
import { bindScript } from './lua/bind-script.ts'
import { ACQUIRE_SLOT, COUNT_SLOTS, RENEW_SLOT } from './lua/slots.ts'
import { ask } from './redis-unavailable.ts'

export interface Slots {
  /** True when the job holds one of the host's `max` slots now; asking again prolongs the lease. */
  acquire(hostId: string, lease: { jobId: string; max: number; ttlMs: number }): Promise<boolean>
  /** False when the lease had already run out: the slot may be taken. */
  renew(hostId: string, lease: { jobId: string; ttlMs: number }): Promise<boolean>
  release(hostId: string, jobId: string): Promise<void>
  /** How many of the host's slots are held now, by whichever worker. */
  held(hostId: string): Promise<number>
}

export function createSlots({ redis, keys }: { redis: Redis; keys: Keys }): Slots {
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
    async held(hostId) {
      return z.int().parse(await count([keys.slots(hostId)], []))
    },
  }
}
