/**
 * Jobs whose cancel was asked for and has not come about: how many, and since when. A job is put there by the event that
 * makes it `canceling` and taken out by its end (see write-events.ts). What an older version has asked for is not there.
 */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { bindScript, type Script } from '../bind-script.ts'
import type { Keys } from '../keys.ts'
import { ask } from '../redis-unavailable.ts'

export interface CancelingNow {
  jobs: number
  /** When the one that waits longest was asked for, ms since the epoch; null when there is none. */
  oldestAt: number | null
}

export interface Canceling {
  /** Two cheap reads. */
  look(): Promise<CancelingNow>
  /** Takes out those that have ended without saying so here: an older version wrote their end. @returns how many */
  tidy(): Promise<number>
}

/** There are rarely more than hosts have slots; what is left is for the next time. */
const TIDY_AT_MOST = 1_000

/**
 * KEYS 1 canceling jobs (ZSET) · 2 open jobs (ZSET)
 * ARGV none
 * Returns how many were taken out. One that has ended never opens again.
 * Channels: none.
 */
const TIDY: Script = {
  name: 'safelightTidyCanceling',
  lua: `
local gone = 0
for _, jobId in ipairs(redis.call('ZRANGE', KEYS[1], 0, ${TIDY_AT_MOST - 1})) do
  if not redis.call('ZSCORE', KEYS[2], jobId) then gone = gone + redis.call('ZREM', KEYS[1], jobId) end
end
return gone
`,
}

export function createCanceling({ redis, keys }: { redis: Redis; keys: Keys }): Canceling {
  const tidy = bindScript(redis, TIDY)
  return {
    async look() {
      const [jobs, [, since]] = await ask(
        Promise.all([
          redis.zcard(keys.canceling),
          redis.zrange(keys.canceling, '0', '0', 'WITHSCORES'),
        ]),
      )
      return { jobs, oldestAt: since === undefined ? null : Number(since) }
    },
    async tidy() {
      return z.int().parse(await tidy([keys.canceling, keys.open], []))
    },
  }
}
