/** What is known of idempotency keys. They are claimed by `accept`, in the same step as the job. */
import { z } from 'zod'
import { snapshotSchema } from '@safelight/shared'
import type { JobStore } from '../job-store.ts'
import { bindScript } from '../lua/bind-script.ts'
import { KEEP_ANSWER } from '../lua/keep-answer.ts'
import { ask } from '../redis-unavailable.ts'
import type { StoreContext } from './context.ts'

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
      const { job, at, request, snapshot, answer } = useSchema.parse(stored)
      return {
        jobId: job,
        requestHash: request === '' ? null : request,
        snapshot,
        answer: answer ?? null,
        inFlight: answer === undefined && now() - at < timings.answerInFlightMs,
      }
    },
    async keepAnswer(key, jobId, answer) {
      await keepAnswer([keys.idempotency(key)], [jobId, JSON.stringify(answer)])
    },
  }
}
