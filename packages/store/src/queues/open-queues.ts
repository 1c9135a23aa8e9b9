/** BullMQ queues by name, each opened at its first use and only while Redis is there. */
import { type Some, tellSome } from '@safelight/runtime'
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Keys } from '../keys.ts'
import { ask, RedisUnavailable } from '../redis-unavailable.ts'
import { type StoreTimings, toStoreTimings } from '../timings.ts'

export interface QueuesDeps {
  redis: Redis
  keys: Keys
  timings?: Partial<StoreTimings>
}

/** A throw nobody foresaw must not end the job: the worker's own policy does, by an event. */
const ATTEMPTS = 1_000

export function ticketOptions(retryMs: number) {
  return {
    attempts: ATTEMPTS,
    backoff: { type: 'fixed', delay: retryMs },
    // the store remembers; a spent ticket would stand in the way of the next one of its job
    removeOnComplete: true,
    removeOnFail: { count: 50 },
  }
}

export interface Queues {
  get(name: string): Promise<Queue>
  /** Names of those that are open. */
  holds(): Some<string>
  /** Closes those that are not wanted: hosts and pools come and go under ever new names. The next `get` opens one again. */
  release(isWanted: (name: string) => boolean): Promise<void>
  close(): Promise<void>
}

/**
 * A BullMQ queue whose first handshake fails stays broken for good, and the API must be able to start before Redis does.
 */
export function createQueues(deps: QueuesDeps): Queues {
  const { redis } = deps
  const opening = new Map<string, Promise<Queue>>()

  async function closeAll(isMeant: (name: string) => boolean): Promise<void> {
    const meant = [...opening].filter(([name]) => isMeant(name))
    for (const [name] of meant) opening.delete(name)
    const opened = await Promise.all(meant.map(([, queue]) => queue.catch(() => null)))
    await Promise.all(opened.map(async (queue) => queue?.close()))
  }

  return {
    async get(name) {
      let queue = opening.get(name)
      if (!queue) {
        const failsFast = redis.options.enableOfflineQueue === false
        if (failsFast && redis.status !== 'ready') throw new RedisUnavailable(undefined)
        queue = openQueue(name, deps)
        opening.set(name, queue)
        queue.catch(() => opening.delete(name))
      }
      return await ask(queue)
    },
    holds: () => tellSome(opening.keys(), String),
    release: (isWanted) => closeAll((name) => !isWanted(name)),
    close: () => closeAll(() => true),
  }
}

async function openQueue(name: string, { redis, keys, timings }: QueuesDeps): Promise<Queue> {
  const queue = new Queue(name, {
    connection: redis,
    prefix: keys.bullPrefix,
    defaultJobOptions: ticketOptions(toStoreTimings(timings).ticketRetryMs),
    // nobody reads the queue's own events
    streams: { events: { maxLen: 100 } },
  })
  // the client reports outages itself; without a listener BullMQ would throw them at the process
  queue.on('error', () => undefined)
  try {
    await queue.waitUntilReady()
    return queue
  } catch (error) {
    await queue.close().catch(() => undefined)
    throw error
  }
}
