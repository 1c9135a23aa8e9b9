/** What a scrape asks Redis of itself, the same for every process. */
import type { Clock } from '@safelight/runtime'
import { ask, readMemoryInfo, RedisUnavailable } from '@safelight/store'
import type { CommonMetrics } from './catalogue.ts'

/** Less than a reading may take: no answer is one, too. */
const PING_MS = 1_000

/** What is asked of a client. */
interface Asked {
  readonly status: string
  ping(): Promise<unknown>
  info(section: string): Promise<string>
}

export interface RedisToRead {
  /** Pinged; its role is the label. */
  redis: Asked
  role: 'api' | 'worker'
  /** It listens, and answers nothing but PING. */
  subscriber: Pick<Asked, 'status' | 'ping'>
  /** This process' own. */
  clock: Clock
}

/** Readings for `addReading` of any process' metrics. */
export function readRedis(
  metrics: Pick<CommonMetrics, 'observe'>,
  { redis, role, subscriber, clock }: RedisToRead,
) {
  const ping = {
    name: 'redis_ping',
    gauges: ['redis_up'],
    async read() {
      const startedAt = performance.now()
      const [isUp, isHeard] = await Promise.all([
        answersWithin(redis, { ms: PING_MS, clock }).then((answers) => {
          if (answers)
            metrics.observe('redis_ping_seconds', {}, (performance.now() - startedAt) / 1_000)
          return answers
        }),
        answersWithin(subscriber, { ms: PING_MS, clock }),
      ])
      return [
        ['redis_up', { role }, Number(isUp)] as const,
        ['redis_up', { role: 'subscriber' }, Number(isHeard)] as const,
      ]
    },
  } as const
  const memory = {
    name: 'redis_memory',
    gauges: ['redis_memory_bytes', 'redis_memory_limit_bytes'],
    async read() {
      if (redis.status !== 'ready') throw new RedisUnavailable(undefined)
      const { used, max } = readMemoryInfo(await ask(redis.info('memory')))
      const bytes = ['redis_memory_bytes', {}, used] as const
      return max > 0 ? [bytes, ['redis_memory_limit_bytes', {}, max] as const] : [bytes]
    },
  } as const
  return [ping, memory] as const
}

/** Of any client: a worker's waits out an outage, and so would the question. */
export async function answersWithin(
  redis: Pick<Asked, 'status' | 'ping'>,
  { ms, clock }: { ms: number; clock: Pick<Clock, 'steady' | 'after'> },
): Promise<boolean> {
  if (redis.status !== 'ready') return false
  return new Promise((resolve) => {
    const callOff = clock.after(ms, () => resolve(false))
    const answered = (answer: boolean) => {
      callOff()
      resolve(answer)
    }
    redis.ping().then(
      () => answered(true),
      () => answered(false),
    )
  })
}
