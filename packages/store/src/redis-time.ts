/**
 * The time by Redis' clock. Deadlines, expiry and retention are compared by many processes, and
 * Redis ends keys by its own: a process whose clock is wrong must not end a job.
 */
import { type Clock, systemClock } from '@safelight/runtime'
import type { Redis } from 'ioredis'
import { ask } from './redis-unavailable.ts'

/** ms since the epoch */
export type Now = () => number | Promise<number>

/** In between a stopwatch of our own goes on, which nobody sets. */
const READ_AGAIN_MS = 5_000
/** The very first answer has none to be compared with: one that took longer is asked for anew, so often at most. */
const LATE_MS = 20
const FIRST_TRIES = 3

const shared = new WeakMap<Redis, () => Promise<number>>()

/** One per client, whoever asks. */
export function toRedisTime(redis: Redis): () => Promise<number> {
  const now = shared.get(redis) ?? createRedisTime(redis)
  shared.set(redis, now)
  return now
}

/** @param clock for the time in between */
export function createRedisTime(
  redis: Pick<Redis, 'time'>,
  { steady }: Pick<Clock, 'steady'> = systemClock,
): () => Promise<number> {
  /** Redis' time less the stopwatch's. */
  let offsetMs: number | null = null
  let readAtMs = Number.NEGATIVE_INFINITY

  async function readOnce(): Promise<{ offsetMs: number; tookMs: number }> {
    const askedAtMs = steady()
    const [seconds, micros] = await ask(redis.time())
    readAtMs = steady()
    const toldMs = Number(seconds) * 1_000 + Number(micros) / 1_000
    // when it was told that, nobody knows but that it was in between: an answer that was long on its way, or found us
    // frozen, is behind, and the one that was fastest knows best, unless Redis' clock was set, or this is another Redis
    const [leastMs, mostMs] = [toldMs - readAtMs, toldMs - askedAtMs]
    if (offsetMs === null || offsetMs < leastMs || offsetMs > mostMs) offsetMs = leastMs
    return { offsetMs, tookMs: readAtMs - askedAtMs }
  }

  async function read(): Promise<number> {
    let left = offsetMs === null ? FIRST_TRIES : 1
    for (;;) {
      const read = await readOnce()
      left -= 1
      if (left === 0 || read.tookMs <= LATE_MS) return read.offsetMs
    }
  }

  return async () => {
    const known = steady() - readAtMs < READ_AGAIN_MS ? offsetMs : null
    return Math.floor((known ?? (await read())) + steady())
  }
}
