/** Orphans: prompts that nobody follows, on hosts that their jobs have left. Whoever reaches the host stops them. */
import type { Redis } from 'ioredis'
import type { Keys } from './keys.ts'
import { ask } from './redis-unavailable.ts'
import { type StoreTimings, toStoreTimings } from './timings.ts'

export interface Orphan {
  /** Ours; a host that chose its own id shows the prompt by it, too. */
  promptId: string
  /** By which the host knows it, as far as known. */
  knownPromptId: string
}

export interface Orphans {
  add(hostId: string, orphan: Orphan): Promise<void>
  list(hostId: string): Promise<Orphan[]>
  /** Whether any of these hosts has one. */
  areOn(hostIds: readonly string[]): Promise<boolean>
  /** It is not there any more. */
  remove(hostId: string, promptId: string): Promise<void>
}

export interface OrphansDeps {
  redis: Redis
  keys: Keys
  timings?: Partial<StoreTimings>
}

export function createOrphans({ redis, keys, timings }: OrphansDeps): Orphans {
  const { orphanKeptMs } = toStoreTimings(timings)
  return {
    async add(hostId, { promptId, knownPromptId }) {
      const key = keys.orphans(hostId)
      await ask(redis.hset(key, promptId, knownPromptId))
      await ask(redis.pexpire(key, orphanKeptMs))
    },
    async list(hostId) {
      const known = Object.entries(await ask(redis.hgetall(keys.orphans(hostId))))
      return known.map(([promptId, knownPromptId]) => ({ promptId, knownPromptId }))
    },
    async areOn(hostIds) {
      if (hostIds.length === 0) return false
      return (await ask(redis.exists(...hostIds.map(keys.orphans)))) > 0
    },
    async remove(hostId, promptId) {
      await ask(redis.hdel(keys.orphans(hostId), promptId))
    },
  }
}
