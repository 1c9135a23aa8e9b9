/** What is known of idempotency keys. They are claimed by `accept`, in the same step as the job. */
import { z } from 'zod'
import { snapshotSchema } from '@safelight/shared'
import type { JobStore } from '../job-store.ts'
import { bindScript, type Script } from '../bind-script.ts'
import { ask } from '../redis-unavailable.ts'
import type { StoreContext } from './context.ts'

/**
 * KEYS 1 idempotency key (HASH)
 * ARGV 1 jobId · 2 answer JSON
 * Returns 1 when kept, 0 when the key is not (or no longer) the job's.
 * Channels: none.
 */
const KEEP_ANSWER: Script = {
  name: 'safelightKeepAnswer',
  lua: `
if redis.call('HGET', KEYS[1], 'job') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'answer', ARGV[2])
return 1
`,
}

const json = z.string().transform((text): unknown => JSON.parse(text))
const useSchema = z.object({
  job: z.string(),
  at: z.coerce.number(),
  request: z.string(),
  snapshot: json.pipe(snapshotSchema),
  answer: json.optional(),
})

export function createIdempotency({
  redis,
  keys,
  now,
  timings,
}: StoreContext): Pick<JobStore, 'loadKeyUse' | 'keepAnswer'> {
  const keepAnswer = bindScript(redis, KEEP_ANSWER)
  return {
    async loadKeyUse(key) {
      const stored = await ask(redis.hgetall(keys.idempotency(key)))
      if (Object.keys(stored).length === 0) return null
      const nowMs = await now()
      const { job, at, request, snapshot, answer } = useSchema.parse(stored)
      return {
        jobId: job,
        requestHash: request === '' ? null : request,
        snapshot,
        answer: answer ?? null,
        inFlight: answer === undefined && nowMs - at < timings.answerInFlightMs,
      }
    },
    async keepAnswer(key, jobId, answer) {
      await keepAnswer([keys.idempotency(key)], [jobId, JSON.stringify(answer)])
    },
  }
}
