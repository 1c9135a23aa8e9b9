/** Reading a job: its snapshot and its workflow. */
import { workflowSchema } from '@safelight/shared'
import type { JobStore } from '../job-store.ts'
import { ask } from '../redis-unavailable.ts'
import type { StoreContext } from './context.ts'
import { parseRecord } from './record.ts'

export function createReads({
  redis,
  keys,
}: StoreContext): Pick<JobStore, 'load' | 'loadWorkflow'> {
  return {
    async load(jobId) {
      return parseRecord(await ask(redis.hmget(keys.job(jobId), 'v', 'snapshot')))
    },
    async loadWorkflow(jobId) {
      const json = await ask(redis.get(keys.workflow(jobId)))
      return json ? workflowSchema.parse(JSON.parse(json)) : null
    },
  }
}
