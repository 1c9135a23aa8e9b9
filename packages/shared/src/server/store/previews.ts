/** Previews: the last frame, for who joins late, and the announcement of each. */
import type { JobStore } from '../job-store.ts'
import { ask } from '../redis-unavailable.ts'
import type { StoreContext } from './context.ts'
import { decodePreview, encodePreview } from './preview-frame.ts'

/** Longer than a slow sampler needs for one step; a preview is worthless soon after. */
const KEEP_MS = 120_000

export function createPreviews({
  redis,
  keys,
}: StoreContext): Pick<JobStore, 'publishPreview' | 'loadPreview'> {
  return {
    async publishPreview(jobId, frame) {
      const bytes = encodePreview(frame)
      await ask(
        redis
          .multi()
          .set(keys.preview(jobId), bytes, 'PX', KEEP_MS)
          .publish(keys.previews(jobId), bytes)
          .exec(),
      )
    },
    async loadPreview(jobId) {
      const bytes = await ask(redis.getBuffer(keys.preview(jobId)))
      return bytes ? decodePreview(bytes) : null
    },
  }
}
