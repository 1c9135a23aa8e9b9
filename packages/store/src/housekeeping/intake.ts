/** How many jobs come in, as their list tells: enough to see where that leads. */
import type { Redis } from 'ioredis'
import { OWNER } from '../jobs/context.ts'
import type { Keys } from '../keys.ts'
import { toRedisTime } from '../redis-time.ts'
import { ask } from '../redis-unavailable.ts'

export interface Intake {
  /** Jobs on record, whether they have ended or not. */
  kept: number
  /** Those of them that were accepted lately. */
  lately: number
  /** ms that these took to come: a day, or less where nothing is older. */
  overMs: number
}

const LATELY_MS = 86_400_000

/** @throws RedisUnavailable */
export async function readIntake({ redis, keys }: { redis: Redis; keys: Keys }): Promise<Intake> {
  const index = keys.index(OWNER)
  const nowMs = await toRedisTime(redis)()
  const [kept, [first, at]] = await Promise.all([
    ask(redis.zcard(index)),
    ask(redis.zrangebyscore(index, nowMs - LATELY_MS, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)),
  ])
  if (first === undefined) return { kept, lately: 0, overMs: LATELY_MS }
  // null: it has been deleted meanwhile, as the oldest are
  const older = (await ask(redis.zrank(index, first))) ?? 0
  const overMs = older === 0 ? Math.max(1, nowMs - Number(at)) : LATELY_MS
  return { kept, lately: Math.max(0, kept - older), overMs }
}
