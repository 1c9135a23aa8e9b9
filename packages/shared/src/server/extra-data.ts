/** A job's `extra_data` on its way to the host: kept apart from the record, gone when the job ends. */
import type { Redis } from 'ioredis'
import { type ExtraData, extraDataSchema } from '../index.ts'
import type { Keys } from './keys.ts'
import { ask } from './redis-unavailable.ts'

/** A job that waits longer than this runs without it; a credential must not lie around for ever. */
const KEEP_MS = 24 * 3_600_000

export interface ExtraDataStore {
  save(jobId: string, data: ExtraData): Promise<void>
  /** For the worker, when it submits. Null when there is none (any more). */
  load(jobId: string): Promise<ExtraData | null>
  /** For whoever ends the job: the worker, or the API when it cancels a queued one. */
  drop(jobId: string): Promise<void>
}

export function createExtraData({ redis, keys }: { redis: Redis; keys: Keys }): ExtraDataStore {
  return {
    async save(jobId, data) {
      await ask(redis.set(keys.secrets(jobId), JSON.stringify(data), 'PX', KEEP_MS))
    },
    async load(jobId) {
      const json = await ask(redis.get(keys.secrets(jobId)))
      return json ? extraDataSchema.parse(JSON.parse(json)) : null
    },
    async drop(jobId) {
      await ask(redis.del(keys.secrets(jobId)))
    },
  }
}
