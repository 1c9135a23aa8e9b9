/** A job's `extra_data` on its way to the host: accepted with the job, kept apart from its record, gone when it ends. */
import type { Redis } from 'ioredis'
import { type ExtraData, extraDataSchema, parseExact } from '@safelight/shared'
import type { Keys } from './keys.ts'
import { ask } from './redis-unavailable.ts'
import { createSecretBox } from './secret-box.ts'

export interface ExtraDataStore {
  /** For the worker, when it submits. Null when there is none (any more). */
  load(jobId: string): Promise<ExtraData | null>
  /** Gone with the end of the job in any case; this is for who has no more use for it before. */
  drop(jobId: string): Promise<void>
}

export interface ExtraDataDeps {
  redis: Redis
  keys: Keys
  /** That of the store which accepted the job. */
  secretKey?: Uint8Array | undefined
}

export function createExtraData({ redis, keys, secretKey }: ExtraDataDeps): ExtraDataStore {
  const box = createSecretBox(secretKey ?? null)
  return {
    async load(jobId) {
      const stored = await ask(redis.get(keys.secrets(jobId)))
      return stored ? extraDataSchema.parse(parseExact(box.open(jobId, stored))) : null
    },
    async drop(jobId) {
      await ask(redis.del(keys.secrets(jobId)))
    },
  }
}
