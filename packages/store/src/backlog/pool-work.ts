/** What waits in the pools, and what hosts have of it. */
import type { Redis } from 'ioredis'
import type { Keys } from '../keys.ts'
import { ask } from '../redis-unavailable.ts'

/** What waits in a pool. */
export interface PoolWork {
  jobs: number
  /** Expected ms of GPU time, of all together. */
  ms: number
  /** Jobs of the pool that have a slot somewhere. */
  given: readonly string[]
}

export interface PoolLooks {
  /** Jobs that wait, deferred ones included. */
  depth(): Promise<number>
  /** Pool → what waits there, and what it has given to hosts. */
  work(): Promise<Map<string, PoolWork>>
  /** What each of these jobs is expected to cost in ms, in the same order; 0 of one that is gone. */
  costs(jobIds: readonly string[]): Promise<number[]>
  /** Pools that have had a job, and how many wait in each. */
  waiting(): Promise<Map<string, number>>
}

export function createPoolLooks({ redis, keys }: { redis: Redis; keys: Keys }): PoolLooks {
  async function waiting(): Promise<Map<string, number>> {
    const pools = await ask(redis.smembers(keys.pools))
    const count = async (pool: string) =>
      [pool, await ask(redis.zcard(keys.backlog(pool)))] as const
    return new Map(await Promise.all(pools.map(count)))
  }

  async function workOf(pool: string, jobs: number): Promise<PoolWork> {
    const backlog = keys.backlog(pool)
    const [ms, given] = await Promise.all([
      ask(redis.hget(`${backlog}:shares`, ':cost')),
      ask(redis.smembers(`${backlog}:running`)),
    ])
    return { jobs, ms: Number(ms), given }
  }

  return {
    waiting,
    async depth() {
      const counts = [...(await waiting()).values()]
      return counts.reduce((sum, count) => sum + count, await ask(redis.zcard(keys.deferred)))
    },
    async work() {
      const works = [...(await waiting())].map(
        async ([pool, jobs]) => [pool, await workOf(pool, jobs)] as const,
      )
      return new Map(await Promise.all(works))
    },
    async costs(jobIds) {
      const costOf = async (jobId: string) => Number(await ask(redis.hget(keys.job(jobId), 'cost')))
      return await Promise.all(jobIds.map(costOf))
    },
  }
}
