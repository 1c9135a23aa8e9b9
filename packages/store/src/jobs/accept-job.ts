/** Accepting a job: one atomic write, after which it cannot be lost. */
import { z } from 'zod'
import type { JobStore } from '../job-store.ts'
import { ACCEPT } from '../lua/accept.ts'
import { bindScript } from '../lua/bind-script.ts'
import type { StoreContext } from './context.ts'
import { firstSnapshot, storeJobArguments } from './first-snapshot.ts'
import { createReads } from './read-job.ts'

const replySchema = z.tuple([z.enum(['accepted', 'repeated', 'reused'])])

export function createAccept(context: StoreContext): JobStore['accept'] {
  const accept = bindScript(context.redis, ACCEPT)
  const { load } = createReads(context)
  return async (job) => {
    const snapshot = firstSnapshot(job, context)
    const { keys, argv } = storeJobArguments(context, snapshot, job)
    const { idempotencyKey } = job
    const reply = await accept(
      idempotencyKey === null ? keys : [...keys, context.keys.idempotency(idempotencyKey)],
      [...argv, context.timings.idempotencyMs, job.requestHash ?? ''],
    )
    const [outcome] = replySchema.parse(reply)
    if (outcome === 'reused') return { outcome: 'key_reused' }
    if (outcome === 'accepted') return { outcome, snapshot }
    // accepted before, by this very call: only the answer got lost
    return { outcome: 'accepted', snapshot: (await load(job.jobId)) ?? snapshot }
  }
}
