/** Asset records: what is behind an output's id. */
import { assetSchema } from '@safelight/shared'
import type { JobStore } from '../job-store.ts'
import { ask } from '../redis-unavailable.ts'
import type { StoreContext } from './context.ts'

export function createAssets({
  redis,
  keys,
  retentionMs,
  timings,
}: StoreContext): Pick<JobStore, 'saveAsset' | 'loadAsset'> {
  return {
    async saveAsset(asset) {
      const json = JSON.stringify(asset)
      const keptMs = timings.assetKeptMs + retentionMs
      await ask(redis.set(keys.asset(asset.id), json, 'PX', keptMs))
    },
    async loadAsset(assetId) {
      const json = await ask(redis.get(keys.asset(assetId)))
      return json ? assetSchema.parse(JSON.parse(json)) : null
    },
  }
}
