/** The deadlines of jobs in line: whoever sweeps ends the jobs that nobody took in time. */
import type { Redis } from 'ioredis'
import { type Clock, repeat, systemClock, type Logger } from '@safelight/runtime'
import { isTerminal, type Snapshot, startByOf, timeoutAt, toOverdue } from '@safelight/shared'
import type { JobStore } from './job-store.ts'
import type { Keys } from './keys.ts'
import type { Tickets } from './queues/tickets.ts'
import { type Now, toRedisTime } from './redis-time.ts'
import { ask } from './redis-unavailable.ts'
import { type StoreTimings, toStoreTimings } from './timings.ts'

export interface DeadlineDeps {
  redis: Redis
  keys: Keys
  store: JobStore
  /** Takes the tickets of jobs that it ended along, where there is one. */
  tickets?: Pick<Tickets, 'withdraw'>
  log: Logger
  /** For the pauses; what is due is told by Redis' clock. */
  clock?: Clock
  now?: Now
  timings?: Partial<StoreTimings>
}

export interface Deadlines {
  /** Makes sure that the job is looked at when its next deadline is over. Harmless when repeated. */
  note(snapshot: Snapshot): Promise<void>
  /** Ends the jobs in line whose deadline is over; says how many. One failing job does not stop the others. */
  sweep(): Promise<number>
  /** Sweeps now and then until closed. Several processes may do so at once. */
  startSweeper(options: { everyMs: number }): { close(): Promise<void> }
}

const SWEEP_AT_MOST = 500

export function createDeadlines(deps: DeadlineDeps): Deadlines {
  const { redis, keys, store, tickets, log, clock = systemClock } = deps
  const { now = toRedisTime(redis) } = deps
  const { deadlineLookAgainMs } = toStoreTimings(deps.timings)

  async function look(jobId: string, nowMs: number): Promise<boolean> {
    const result = await store.append(jobId, (snapshot) => toOverdue(snapshot, nowMs))
    if (result.outcome === 'appended') await tickets?.withdraw(jobId, result.snapshot.pool)
    const ended = !('snapshot' in result) || isTerminal(result.snapshot.status)
    if (ended) await ask(redis.zrem(keys.deadlines, jobId))
    else await ask(redis.zadd(keys.deadlines, 'XX', nowMs + deadlineLookAgainMs, jobId))
    return result.outcome === 'appended'
  }

  const deadlines: Deadlines = {
    note: (snapshot) => noteDeadline({ redis, keys }, snapshot),
    async sweep() {
      const nowMs = await now()
      const due = await ask(
        redis.zrangebyscore(keys.deadlines, '-inf', nowMs, 'LIMIT', 0, SWEEP_AT_MOST),
      )
      let ended = 0
      for (const jobId of due) {
        try {
          if (await look(jobId, nowMs)) ended += 1
        } catch (error) {
          log.warn({ err: error, jobId }, 'a deadline could not be looked at yet')
        }
      }
      return ended
    },
    startSweeper: ({ everyMs }) =>
      repeat({
        everyMs,
        clock,
        run: () => deadlines.sweep(),
        onError: (error) => log.debug({ err: error }, 'deadlines could not be swept'),
      }),
  }
  return deadlines
}

/** What `note` does, for those who have no need of the rest. */
export async function noteDeadline(
  { redis, keys }: Pick<DeadlineDeps, 'redis' | 'keys'>,
  snapshot: Snapshot,
): Promise<void> {
  const due = nextDeadline(snapshot)
  if (due !== null) await ask(redis.zadd(keys.deadlines, due, snapshot.jobId))
}

function nextDeadline(snapshot: Snapshot): number | null {
  const startBy = startByOf(snapshot)
  const timeout = timeoutAt(snapshot)
  if (startBy === null || timeout === null) return startBy ?? timeout
  return Math.min(startBy, timeout)
}
