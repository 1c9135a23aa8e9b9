/**
 * Redis' time as a clock, for what processes write down for each other and compare: reports of hosts, times of failures,
 * the time that watchers are told. Asked now and then; in between our own stopwatch goes on, which nobody sets.
 */
import { type Clock, repeat, systemClock } from '@safelight/runtime'
import type { Redis } from 'ioredis'
import { toRedisTime } from './redis-time.ts'

const ASK_EVERY_MS = 5_000

export interface RedisClock extends Clock {
  /** Asks Redis now. @throws what the store throws when it is away */
  set(): Promise<void>
  close(): Promise<void>
}

/** @param clock for all but the time; and for the time until Redis has been asked */
export function startRedisClock(redis: Redis, clock: Clock = systemClock): RedisClock {
  const read = toRedisTime(redis)
  let offsetMs = clock.now() - clock.steady()

  async function set(): Promise<void> {
    offsetMs = (await read()) - clock.steady()
  }

  const asking = repeat({
    everyMs: ASK_EVERY_MS,
    run: set,
    // away: the stopwatch goes on
    onError: () => undefined,
    clock,
  })
  return {
    now: () => Math.floor(offsetMs + clock.steady()),
    steady: clock.steady,
    after: clock.after,
    set,
    close: () => asking.close(),
  }
}
