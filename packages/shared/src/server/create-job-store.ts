/** The job store on Redis. Each part is its own file in `store/`; the atomic steps are the scripts in `lua/`. */
import type { Redis } from 'ioredis'
import type { JobStore } from './job-store.ts'
import type { Keys } from './keys.ts'
import { createAccept } from './store/accept-job.ts'
import { createAppend } from './store/append-event.ts'
import { createAssets } from './store/assets.ts'
import { createClaims } from './store/claim-job.ts'
import { DEFAULT_RETENTION_MS, type StoreContext } from './store/context.ts'
import { createList } from './store/list-jobs.ts'
import { createPreviews } from './store/previews.ts'
import { createEventsAfter } from './store/read-events.ts'
import { createReads } from './store/read-job.ts'

export interface JobStoreDeps {
  redis: Redis
  keys: Keys
  now?: () => number
  /** How long a job and its outputs are kept after its end; 24 hours unless told. */
  retentionMs?: number
}

export function createJobStore({ redis, keys, ...options }: JobStoreDeps): JobStore {
  const context: StoreContext = {
    redis,
    keys,
    now: options.now ?? Date.now,
    retentionMs: options.retentionMs ?? DEFAULT_RETENTION_MS,
  }
  return {
    accept: createAccept(context),
    append: createAppend(context),
    eventsAfter: createEventsAfter(context),
    list: createList(context),
    ...createReads(context),
    ...createClaims(context),
    ...createAssets(context),
    ...createPreviews(context),
  }
}
