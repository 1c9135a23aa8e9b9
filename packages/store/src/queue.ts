/** The queue of tickets: BullMQ decides who takes which job when; what a job is lives in the job store. */
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { type Keys, QUEUE_NAME } from './keys.ts'
import { PRIORITY_LIMIT } from '@safelight/shared'
import { ask, RedisUnavailable } from './redis-unavailable.ts'
import { type StoreTimings, toStoreTimings } from './timings.ts'

/** What a ticket says: which job. Everything else would go stale. */
export const ticketSchema = z.object({ jobId: z.string().min(1) })
export type Ticket = z.infer<typeof ticketSchema>

export interface JobQueue {
  /** Puts the job in line. Adding it twice is harmless. */
  add(jobId: string, priority: number): Promise<void>
  /** Takes a waiting ticket out, best effort: a worker that already has it finds the job canceled. */
  remove(jobId: string): Promise<void>
  /** How many jobs are ahead; 0 = next. Null when the job is not in line (running, delayed, over). */
  position(jobId: string): Promise<number | null>
  /** Tickets waiting to be taken. */
  depth(): Promise<number>
  close(): Promise<void>
}

// a throw nobody foresaw must not end the job: the worker's own policy does, by an event
const ATTEMPTS = 1_000

export interface JobQueueDeps {
  redis: Redis
  keys: Keys
  timings?: Partial<StoreTimings>
}

export function createJobQueue(deps: JobQueueDeps): JobQueue {
  const { redis } = deps
  const queue = createLazyQueue(deps)
  return {
    async add(jobId, priority) {
      const ready = await queue.get()
      const ticket: Ticket = { jobId }
      await ask(ready.add('job', ticket, { jobId, priority: toBullPriority(priority) }))
    },
    async remove(jobId) {
      const ready = await queue.get()
      await ask(ready.remove(jobId))
    },
    async position(jobId) {
      const ready = await queue.get()
      return await ask(redis.zrank(ready.toKey('prioritized'), jobId))
    },
    async depth() {
      const ready = await queue.get()
      const counts = await ask(ready.getJobCounts('prioritized', 'waiting', 'delayed'))
      return Object.values(counts).reduce((sum, count) => sum + count, 0)
    },
    close: () => queue.close(),
  }
}

/**
 * Ours: −1 000 000 to 1 000 000, higher sooner. BullMQ's: lower sooner. Never 0 there: such jobs wait
 * in a list that overtakes all others and has no cheap position.
 */
export function toBullPriority(priority: number): number {
  const clamped = Math.max(-PRIORITY_LIMIT, Math.min(PRIORITY_LIMIT, Math.round(priority)))
  return PRIORITY_LIMIT + 1 - clamped
}

/** BullMQ's priority before all others. */
export const FIRST_IN_LINE = toBullPriority(PRIORITY_LIMIT)

/** BullMQ's priority just before its equals, as far as there is one. */
export function aheadOf(bullPriority: number): number {
  return Math.max(FIRST_IN_LINE, bullPriority - 1)
}

/**
 * Opened at the first use and only while Redis is there: a BullMQ queue whose first handshake
 * fails stays broken for good, and the API must be able to start before Redis does.
 */
function createLazyQueue(deps: JobQueueDeps) {
  const { redis } = deps
  let opening: Promise<Queue> | undefined
  return {
    async get(): Promise<Queue> {
      if (!opening) {
        const failsFast = redis.options.enableOfflineQueue === false
        if (failsFast && redis.status !== 'ready') throw new RedisUnavailable(undefined)
        opening = openQueue(deps)
        opening.catch(() => {
          opening = undefined
        })
      }
      return await ask(opening)
    },
    async close(): Promise<void> {
      const queue = await opening?.catch(() => undefined)
      opening = undefined
      await queue?.close()
    },
  }
}

async function openQueue({ redis, keys, timings }: JobQueueDeps): Promise<Queue> {
  const queue = new Queue(QUEUE_NAME, {
    connection: redis,
    prefix: keys.bullPrefix,
    defaultJobOptions: {
      attempts: ATTEMPTS,
      backoff: { type: 'fixed', delay: toStoreTimings(timings).ticketRetryMs },
      // the store remembers; tickets are spent
      removeOnComplete: { count: 20 },
      removeOnFail: { count: 50 },
    },
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
