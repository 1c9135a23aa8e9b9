/**
 * How full Redis is. What is accepted must be able to end: so new work is refused while there is
 * still room for the events, ends and cancels of the old.
 */
import { type Clock, remember, systemClock } from '@safelight/runtime'
import type { Redis } from 'ioredis'
import { ask, RedisUnavailable } from './redis-unavailable.ts'
import { type StoreTimings, toStoreTimings } from './timings.ts'

export interface MemoryGaugeDeps {
  redis: Redis
  /** Percent of its `maxmemory` from which on Redis counts as full. */
  highWaterPercent: number
  clock?: Clock
  timings?: Partial<StoreTimings>
}

export interface MemoryGauge {
  /** As of at most a moment ago; never true of a Redis without `maxmemory`. */
  isHigh(): Promise<boolean>
}

export function createMemoryGauge(deps: MemoryGaugeDeps): MemoryGauge {
  const { redis, highWaterPercent, clock = systemClock } = deps
  const { memoryAgeMs } = toStoreTimings(deps.timings)

  async function read(): Promise<boolean> {
    const { used, max } = readMemoryInfo(await ask(redis.info('memory')))
    return max > 0 && used >= (max * highWaterPercent) / 100
  }

  const latest = remember(read, { clock, maxAgeMs: memoryAgeMs })
  return {
    async isHigh() {
      try {
        return await latest.get()
      } catch (error) {
        if (error instanceof RedisUnavailable) throw error
        // it may not be asked, or does not know: then its own refusals are all there is
        return false
      }
    },
  }
}

/** Bytes; 0 for what is not said, or without a limit. */
export function readMemoryInfo(info: string): { used: number; max: number } {
  const read = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0)
  return { used: read('used_memory'), max: read('maxmemory') }
}
