/**
 * How full Redis is. What is accepted must be able to end: so new work is refused while there is
 * still room for the events, ends and cancels of the old.
 */
import { type Clock, remember, systemClock } from '@safelight/runtime'
import type { Redis } from 'ioredis'
import { ask, RedisNearlyFull, RedisUnavailable } from './redis-unavailable.ts'
import { type StoreTimings, toStoreTimings } from './timings.ts'

export interface MemoryGaugeDeps {
  redis: Redis
  /** Percent of its `maxmemory` from which on Redis counts as full. */
  highWaterPercent: number
  clock?: Clock
  timings?: Partial<StoreTimings>
}

export interface MemoryGauge {
  /** As of at most a moment ago; a Redis without `maxmemory` is never full. @throws RedisNearlyFull, RedisUnavailable */
  refuseWhenHigh(): Promise<void>
}

export function createMemoryGauge(deps: MemoryGaugeDeps): MemoryGauge {
  const { redis, highWaterPercent, clock = systemClock } = deps
  const { memoryAgeMs } = toStoreTimings(deps.timings)

  async function readPercent(): Promise<number> {
    const { used, max } = readMemoryInfo(await ask(redis.info('memory')))
    return max > 0 ? (100 * used) / max : 0
  }

  const latest = remember(readPercent, { clock, maxAgeMs: memoryAgeMs })
  return {
    async refuseWhenHigh() {
      const percent = await latest.get().catch((error: unknown) => {
        if (error instanceof RedisUnavailable) throw error
        // it may not be asked, or does not know: then its own refusals are all there is
        return 0
      })
      if (percent >= highWaterPercent) throw new RedisNearlyFull({ percent, highWaterPercent })
    },
  }
}

/** Bytes; 0 for what is not said. */
export interface RedisMemory {
  used: number
  /** Its `maxmemory`; 0: no limit. */
  max: number
  /** What an empty one uses. */
  startup: number
}

export function readMemoryInfo(info: string): RedisMemory {
  const read = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0)
  return {
    used: read('used_memory'),
    max: read('maxmemory'),
    startup: read('used_memory_startup'),
  }
}
