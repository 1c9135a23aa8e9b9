/**
 * Lists of jobs that outlast what they name: a record goes by itself when its time is over, its entry in a list does not.
 * Whoever reads a list drops what he finds gone; these sweeps are for lists that nobody reads.
 */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { bindScript, type Script } from '../bind-script.ts'
import { OWNER } from '../jobs/context.ts'
import type { Keys } from '../keys.ts'
import type { Now } from '../redis-time.ts'
import { ask } from '../redis-unavailable.ts'

/**
 * KEYS 1 all jobs (ZSET by ms created)
 * ARGV 1 prefix of all keys · 2 rank of the first that is looked at · 3 how many · 4 ms: what was created later is not looked at
 * Returns [how many were taken out, how many stay, 1 when there are more].
 * Channels: none.
 */
const DROP_GONE: Script = {
  name: 'safelightDropGone',
  lua: `
local first, most = tonumber(ARGV[2]), tonumber(ARGV[3])
local entries = redis.call('ZRANGE', KEYS[1], first, first + most - 1, 'WITHSCORES')
local gone, kept = 0, 0
for i = 1, #entries, 2 do
  if tonumber(entries[i + 1]) > tonumber(ARGV[4]) then return {gone, kept, 0} end
  -- a record is made in the same step as its entry: what has none had one
  if redis.call('EXISTS', ARGV[1] .. 'job:' .. entries[i]) == 0 then gone = gone + redis.call('ZREM', KEYS[1], entries[i])
  else kept = kept + 1 end
end
return {gone, kept, #entries == 2 * most and 1 or 0}
`,
}

const replySchema = z.tuple([z.int(), z.int(), z.literal([0, 1])])

/** In one script: others wait for Redis meanwhile. */
const AT_ONCE = 200
const LOOKED_AT_MOST = 10_000

export interface EndedLists {
  /** Takes jobs whose records are gone out of the list of all. Some thousands a time, on from where it was. @returns how many */
  sweepJobs(signal: AbortSignal): Promise<number>
  /** Takes dead letters off their list whose time is over. @returns how many */
  sweepDeadLetters(): Promise<number>
}

export interface EndedListsDeps {
  redis: Redis
  keys: Keys
  now: Now
  retentionMs: number
  deadLetterRetentionMs: number
}

export function createEndedLists(deps: EndedListsDeps): EndedLists {
  const { redis, keys, now, retentionMs, deadLetterRetentionMs } = deps
  const index = keys.index(OWNER)
  const run = bindScript(redis, DROP_GONE)
  /** Those before stay for a while: dead letters, what waits for long. Some that went since move others before it: next time. */
  let rank = 0

  return {
    async sweepJobs(signal) {
      // no job is forgotten before it could have ended
      const before = (await now()) - retentionMs
      let removed = 0
      for (let looked = 0; looked < LOOKED_AT_MOST && !signal.aborted; looked += AT_ONCE) {
        const reply = await run([index], [keys.prefix, rank, AT_ONCE, before])
        const [gone, kept, more] = replySchema.parse(reply)
        removed += gone
        rank += kept
        if (more === 0) {
          rank = 0
          break
        }
      }
      return removed
    },
    async sweepDeadLetters() {
      const before = (await now()) - deadLetterRetentionMs
      return await ask(redis.zremrangebyscore(keys.deadLetters, '-inf', before))
    },
  }
}
