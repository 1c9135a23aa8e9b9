/** Prompts that jobs left behind on hosts that could not be reached: whoever reaches the host stops them. */
import type { Redis } from 'ioredis'
import type { Keys } from './keys.ts'
import { ask } from './redis-unavailable.ts'

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

/** A host that was away for longer has most likely been restarted, and a restart forgets everything. */
const KEEP_MS = 6 * 3_600_000

export function createLeftovers({ redis, keys }: { redis: Redis; keys: Keys }): Leftovers {
  return {
    async note(hostId, { promptId, knownPromptId }) {
      const key = keys.leftovers(hostId)
      await ask(redis.hset(key, promptId, knownPromptId))
      await ask(redis.pexpire(key, KEEP_MS))
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
