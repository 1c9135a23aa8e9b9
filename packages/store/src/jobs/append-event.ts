/** Appending events: decide on what is known, write if it still holds, decide again if not. */
import type { AppendResult, JobStore } from '../job-store.ts'
import { ask } from '../redis-unavailable.ts'
import type { StoreContext } from './context.ts'
import { foresee } from './next-events.ts'
import { parseRecord } from './record.ts'
import { createWrite, type Seen } from './write-events.ts'

/** Each lost round means another writer won it, so this many in a row is a bug, not bad luck. */
const MAX_ROUNDS = 50

export class AppendContention extends Error {
  readonly code = 'append_contention'

  constructor(jobId: string) {
    super(`job ${jobId} changed faster than an event could be appended`)
    this.name = 'AppendContention'
  }
}

export function createAppend(context: StoreContext): JobStore['append'] {
  const write = createWrite(context)
  return async (jobId, decide, options = {}) => {
    let seen: Seen | null = options.known ? { snapshot: options.known, fresh: false } : null
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      if (!seen) {
        const stored = await readStored(context, jobId)
        if (!stored) return { outcome: 'gone' }
        if (options.token !== undefined && stored.token !== options.token) {
          return { outcome: 'claim_lost' }
        }
        seen = { snapshot: stored.snapshot, fresh: true }
      }
      const { bodies } = foresee(seen.snapshot, decide)
      if (bodies.length === 0) {
        if (seen.fresh) return { outcome: 'declined', snapshot: seen.snapshot }
        // "no" on old knowledge is not an answer
        seen = null
        continue
      }
      const result: AppendResult | Seen = await write(seen.snapshot, bodies, options)
      if ('outcome' in result) return result
      seen = result
    }
    throw new AppendContention(jobId)
  }
}

async function readStored({ redis, keys }: StoreContext, jobId: string) {
  const [token, ...record] = await ask(redis.hmget(keys.job(jobId), 'fence', 'v', 'snapshot'))
  const snapshot = parseRecord(record)
  return snapshot && { snapshot, token: Number(token) }
}
