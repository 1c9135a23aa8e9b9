/** Claiming a job for a worker, and noting where its attempt runs. */
import { z } from 'zod'
import type { JobStore, Run } from '../job-store.ts'
import { bindScript } from '../lua/bind-script.ts'
import { CLAIM } from '../lua/claim.ts'
import { SAVE_RUN } from '../lua/save-run.ts'
import type { StoreContext } from './context.ts'
import { parseSnapshot } from './stored-json.ts'

const runSchema: z.ZodType<Run> = z.object({
  attempt: z.int().nonnegative(),
  hostId: z.string(),
  promptId: z.string(),
})
const claimReplySchema = z.tuple([z.int(), z.string(), z.string()]).nullable()

export function createClaims({ redis, keys }: StoreContext): Pick<JobStore, 'claim' | 'saveRun'> {
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
        run: run === '' ? null : runSchema.parse(JSON.parse(run)),
      }
    },
    async saveRun(jobId, fence, run) {
      const saved = await saveRun([keys.job(jobId)], [fence, JSON.stringify(run)])
      return saved === 1 ? 'saved' : 'fenced'
    },
  }
}
