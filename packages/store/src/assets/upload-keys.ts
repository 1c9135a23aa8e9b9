/** The `Idempotency-Key` of an upload: good for one asset. A key of a job is another: they are apart. */
import type { Redis } from 'ioredis'
import { bindScript, type Script } from '../bind-script.ts'
import type { Keys } from '../keys.ts'
import { ask } from '../redis-unavailable.ts'
import { type StoreTimings, toStoreTimings } from '../timings.ts'

/** KEYS 1 upload key (STRING: asset id) · ARGV 1 asset id · 2 ms to keep it, or 0 to give it back. Only who holds it may. */
const SETTLE: Script = {
  name: 'safelightSettleUploadKey',
  lua: `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then return redis.call('DEL', KEYS[1]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`,
}

export interface UploadKeys {
  /**
   * Takes the key for the asset that is about to come, for so long at most: should this process die, another may try.
   * @returns null, or the id for which it is taken already
   */
  take(key: string, assetId: string, forMs: number): Promise<string | null>
  /** The asset is there: the key is used up. */
  keep(key: string, assetId: string): Promise<void>
  /** Nothing came of it: the key may be used again. */
  giveBack(key: string, assetId: string): Promise<void>
}

export function createUploadKeys({
  redis,
  keys,
  ...options
}: {
  redis: Redis
  keys: Keys
  timings?: Partial<StoreTimings>
}): UploadKeys {
  const timings = toStoreTimings(options.timings)
  const settle = bindScript(redis, SETTLE)
  return {
    async take(key, assetId, forMs) {
      const name = keys.uploadKey(key)
      const taken = await ask(redis.set(name, assetId, 'PX', forMs, 'NX'))
      if (taken !== null) return null
      // null: its time was over between the two
      return (await ask(redis.get(name))) ?? ''
    },
    async keep(key, assetId) {
      await settle([keys.uploadKey(key)], [assetId, timings.idempotencyMs])
    },
    async giveBack(key, assetId) {
      await settle([keys.uploadKey(key)], [assetId, 0])
    },
  }
}
