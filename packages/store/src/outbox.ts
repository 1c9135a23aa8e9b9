/** The outbox: accepted jobs that may not be on the queue yet. A crash between the two is healed here. */
import type { Redis } from 'ioredis'
import { type Clock, repeat, systemClock, type Logger } from '@safelight/runtime'
import { isTerminal } from '@safelight/shared'
import { noteDeadline } from './deadlines.ts'
import type { JobStore } from './job-store.ts'
import type { Keys } from './keys.ts'
import type { JobQueue } from './queue.ts'
import { type Now, toRedisTime } from './redis-time.ts'
import { isUnreadable } from './jobs/record.ts'
import { ask } from './redis-unavailable.ts'
import { type StoreTimings, toStoreTimings } from './timings.ts'

export interface OutboxDeps {
  redis: Redis
  keys: Keys
  queue: JobQueue
  store: JobStore
  log: Logger
  /** For the pauses; what is late is told by Redis' clock. */
  clock?: Clock
  now?: Now
  timings?: Partial<StoreTimings>
}

export interface Outbox {
  /** Puts an accepted job on the queue and takes it off the outbox. Harmless when repeated. */
  flush(jobId: string): Promise<void>
  /** Flushes what has been waiting too long; says how many. One failing job does not stop the others. */
  sweep(): Promise<number>
  /** Sweeps now and then until closed. Several processes may do so at once. */
  startSweeper(options: { everyMs: number }): { close(): Promise<void> }
}

const SWEEP_AT_MOST = 500

export function createOutbox(deps: OutboxDeps): Outbox {
  const { redis, keys, queue, store, log, clock = systemClock } = deps
  const { now = toRedisTime(redis) } = deps
  const { outboxSettleMs } = toStoreTimings(deps.timings)
  const outbox: Outbox = {
    async flush(jobId) {
      const snapshot = await store.load(jobId).catch(orUnread)
      // whoever takes its ticket sees to it
      if (snapshot === 'unread') await queue.add(jobId, 0)
      else if (snapshot && !isTerminal(snapshot.status)) {
        await noteDeadline({ redis, keys }, snapshot)
        await queue.add(jobId, snapshot.priority)
      }
      await ask(redis.zrem(keys.outbox, jobId))
    },
    async sweep() {
      const until = (await now()) - outboxSettleMs
      const late = await ask(
        redis.zrangebyscore(keys.outbox, '-inf', until, 'LIMIT', 0, SWEEP_AT_MOST),
      )
      let flushed = 0
      for (const jobId of late) {
        try {
          await outbox.flush(jobId)
          flushed += 1
        } catch (error) {
          log.warn({ err: error, jobId }, 'an accepted job could not be put on the queue yet')
        }
      }
      if (flushed > 0)
        log.info({ flushed }, 'put accepted jobs on the queue that had not got there')
      return flushed
    },
    startSweeper: ({ everyMs }) =>
      repeat({
        everyMs,
        clock,
        run: () => outbox.sweep(),
        onError: (error) => log.debug({ err: error }, 'the outbox could not be swept'),
      }),
  }
  return outbox
}

function orUnread(error: unknown): 'unread' {
  if (isUnreadable(error)) return 'unread'
  throw error
}
