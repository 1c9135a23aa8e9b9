/** Claiming a job for a worker, and noting where its attempt runs. */
import { z } from 'zod'
import type { JobStore, Run } from '../job-store.ts'
import { bindScript, type Script } from '../bind-script.ts'
import { ask } from '../redis-unavailable.ts'
import type { StoreContext } from './context.ts'
import { parseSnapshot } from './stored-json.ts'

/**
 * KEYS 1 record (HASH)
 * ARGV none
 * Returns nil when there is no such job, else [fence, snapshot JSON, run JSON or ''].
 * Channels: none.
 */
const CLAIM: Script = {
  name: 'safelightClaim',
  lua: `
if redis.call('EXISTS', KEYS[1]) == 0 then return nil end
-- not a plain count: after a loss it would give a number again that a worker still holds
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local fence = math.max(redis.call('HGET', KEYS[1], 'fence') + 1, now)
redis.call('HSET', KEYS[1], 'fence', string.format('%.0f', fence))
local stored = redis.call('HMGET', KEYS[1], 'snapshot', 'run')
return {fence, stored[1], stored[2] or ''}
`,
}

/**
 * KEYS 1 record (HASH)
 * ARGV 1 fence · 2 run JSON
 * Returns 1 when saved, 0 when a newer worker holds the job or the job is gone.
 * Channels: none.
 */
const SAVE_RUN: Script = {
  name: 'safelightSaveRun',
  lua: `
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'run', ARGV[2])
return 1
`,
}

const failedAttemptSchema = z.object({
  attempt: z.int().nonnegative(),
  hostId: z.string(),
  cause: z.enum(['node', 'out_of_memory', 'host_unavailable', 'stalled', 'internal']),
  left: z.boolean(),
})
// defaults: a worker of the version before this one may have written it
const runSchema = z.object({
  attempt: z.int().nonnegative(),
  hostId: z.string(),
  promptId: z.string(),
  hostUrl: z.string().nullable().default(null),
  failures: z.array(failedAttemptSchema).default([]),
  orphanedAt: z.number().nullable().default(null),
}) satisfies z.ZodType<Run>
const claimReplySchema = z.tuple([z.int(), z.string(), z.string()]).nullable()

/** What a worker noted of the attempt; null when none was made. */
export function parseRun(json: string | null): Run | null {
  return json ? runSchema.parse(JSON.parse(json)) : null
}

export function createClaims({
  redis,
  keys,
}: StoreContext): Pick<JobStore, 'claim' | 'saveRun' | 'holds'> {
  const claim = bindScript(redis, CLAIM)
  const saveRun = bindScript(redis, SAVE_RUN)
  return {
    async claim(jobId) {
      const reply = claimReplySchema.parse(await claim([keys.job(jobId)], []))
      if (!reply) return null
      const [fence, snapshot, run] = reply
      return {
        fence,
        snapshot: parseSnapshot(snapshot),
        run: parseRun(run),
      }
    },
    async saveRun(jobId, fence, run) {
      const saved = await saveRun([keys.job(jobId)], [fence, JSON.stringify(run)])
      return saved === 1 ? 'saved' : 'fenced'
    },
    async holds(jobId, fence) {
      return (await ask(redis.hget(keys.job(jobId), 'fence'))) === String(fence)
    },
  }
}
