/** Prompts that jobs left behind on hosts that could not be reached: whoever reaches the host stops them. */
import type { Redis } from 'ioredis'
import type { Keys } from './keys.ts'
import { ask } from './redis-unavailable.ts'
import { type StoreTimings, toStoreTimings } from './timings.ts'

export interface Leftover {
  /** Ours; also the mark by which a host that chose its own id shows the prompt. */
  promptId: string
  /** By which the host knows it, as far as known. */
  knownPromptId: string
}

export interface Leftovers {
  note(hostId: string, leftover: Leftover): Promise<void>
  list(hostId: string): Promise<Leftover[]>
  /** It is not there any more. */
  settle(hostId: string, promptId: string): Promise<void>
}

export interface LeftoversDeps {
  redis: Redis
  keys: Keys
  timings?: Partial<StoreTimings>
}

export function createLeftovers({ redis, keys, timings }: LeftoversDeps): Leftovers {
  const { orphanKeptMs } = toStoreTimings(timings)
  return {
    async note(hostId, { promptId, knownPromptId }) {
      const key = keys.leftovers(hostId)
      await ask(redis.hset(key, promptId, knownPromptId))
      await ask(redis.pexpire(key, orphanKeptMs))
    },
    async list(hostId) {
      const known = Object.entries(await ask(redis.hgetall(keys.leftovers(hostId))))
      return known.map(([promptId, knownPromptId]) => ({ promptId, knownPromptId }))
    },
    async settle(hostId, promptId) {
      await ask(redis.hdel(keys.leftovers(hostId), promptId))
    },
  }
}
