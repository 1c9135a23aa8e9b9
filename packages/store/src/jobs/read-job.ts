/** Reading a job: its snapshot and its workflow. */
import { type Workflow, workflowSchema } from '@safelight/shared'
import type { JobStore } from '../job-store.ts'
import { ask } from '../redis-unavailable.ts'
import type { StoreContext } from './context.ts'
import { parseRecord } from './record.ts'

export function createReads({
  redis,
  keys,
}: StoreContext): Pick<
  JobStore,
  'load' | 'loadStamp' | 'loadWorkflow' | 'loadWorkflowText' | 'openBytes'
> {
  const loadWorkflowText = (jobId: string) => ask(redis.get(keys.workflow(jobId)))
  return {
    loadWorkflowText,
    async load(jobId) {
      return parseRecord(await ask(redis.hmget(keys.job(jobId), 'v', 'snapshot')))
    },
    loadStamp: (jobId) => ask(redis.hget(keys.job(jobId), 'stamp')),
    async openBytes() {
      return Number((await ask(redis.get(keys.openBytes))) ?? 0)
    },
    async loadWorkflow(jobId) {
      const json = await loadWorkflowText(jobId)
      return json === null ? null : parseWorkflow(json)
    },
  }
}

/** The lenient copy of a workflow's text. */
export function parseWorkflow(text: string): Workflow {
  return workflowSchema.parse(JSON.parse(text))
}
