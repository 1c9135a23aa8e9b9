/** Claiming a job for a worker, and noting where its attempt runs. */
import { z } from 'zod'
import type { JobStore, Run } from '../job-store.ts'
import { bindScript } from '../lua/bind-script.ts'
import { CLAIM } from '../lua/claim.ts'
import { SAVE_RUN } from '../lua/save-run.ts'
import { ask } from '../redis-unavailable.ts'
import type { StoreContext } from './context.ts'
import { parseSnapshot } from './stored-json.ts'

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
