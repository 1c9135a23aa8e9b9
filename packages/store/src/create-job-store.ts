/** The job store on Redis. Each part is its own file in `jobs/`, with the scripts that are its atomic steps. */
import type { CommonEvents, Emit } from '@safelight/runtime'
import type { Redis } from 'ioredis'
import type { JobStore } from './job-store.ts'
import type { Keys } from './keys.ts'
import { createAccept } from './jobs/accept-job.ts'
import { createAppend } from './jobs/append-event.ts'
import { createClaims } from './jobs/claim-job.ts'
import type { StoreContext } from './jobs/context.ts'
import { createInHand } from './jobs/in-hand.ts'
import { createList } from './jobs/list-jobs.ts'
import { createPreviewStore } from './jobs/previews.ts'
import { createIdempotency } from './jobs/idempotency.ts'
import { createEventsAfter } from './jobs/read-events.ts'
import { createReads } from './jobs/read-job.ts'
import { createUnreadable } from './jobs/unreadable.ts'
import { type Now, toRedisTime } from './redis-time.ts'
import { createSecretBox } from './secret-box.ts'
import {
  DEFAULT_DEAD_LETTER_RETENTION_MS,
  DEFAULT_RETENTION_MS,
  type StoreTimings,
  toStoreTimings,
} from './timings.ts'

export interface JobStoreDeps {
  redis: Redis
  keys: Keys
  /** Told of every event of a job that is written, and of its end. */
  emit: Emit<CommonEvents>
  /** Redis' own time unless a test says otherwise. */
  now?: Now
  /** How long a job and its outputs are kept after its end; 24 hours unless told. */
  retentionMs?: number
  /** The same for a job that used up its attempts; 7 days unless told. */
  deadLetterRetentionMs?: number
  /** 32 bytes, to seal `extra_data` with; it is stored as it is without. */
  secretKey?: Uint8Array | undefined
  timings?: Partial<StoreTimings>
}

/** What every part of the store is made with. */
export function toStoreContext({ redis, keys, emit, ...options }: JobStoreDeps): StoreContext {
  return {
    redis,
    keys,
    emit,
    now: options.now ?? toRedisTime(redis),
    retentionMs: options.retentionMs ?? DEFAULT_RETENTION_MS,
    deadLetterRetentionMs: options.deadLetterRetentionMs ?? DEFAULT_DEAD_LETTER_RETENTION_MS,
    secrets: createSecretBox(options.secretKey ?? null),
    timings: toStoreTimings(options.timings),
  }
}

export function createJobStore(deps: JobStoreDeps): JobStore {
  const context = toStoreContext(deps)
  return {
    now: async () => await context.now(),
    accept: createAccept(context),
    append: createAppend(context),
    eventsAfter: createEventsAfter(context),
    list: createList(context),
    ...createReads(context),
    ...createClaims(context),
    ...createInHand(context),
    ...createUnreadable(context),
    ...createPreviewStore(context),
    ...createIdempotency(context),
  }
}
