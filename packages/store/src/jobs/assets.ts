/** Asset records: what is behind an output's id. */
import { assetSchema } from '@safelight/shared'
import type { JobStore } from '../job-store.ts'
import { ask } from '../redis-unavailable.ts'
import type { StoreContext } from './context.ts'

/** Until its job ends an asset only needs to outlast the job; the end gives it the record's own time. */
const WHILE_RUNNING_MS = 7 * 24 * 3_600_000

export function createAssets({
  redis,
  keys,
  retentionMs,
}: StoreContext): Pick<JobStore, 'saveAsset' | 'loadAsset'> {
  return {
    async saveAsset(asset) {
      const json = JSON.stringify(asset)
      await ask(redis.set(keys.asset(asset.id), json, 'PX', WHILE_RUNNING_MS + retentionMs))
    },
    async loadAsset(assetId) {
      const json = await ask(redis.get(keys.asset(assetId)))
      return json ? assetSchema.parse(JSON.parse(json)) : null
    },
  }
}
