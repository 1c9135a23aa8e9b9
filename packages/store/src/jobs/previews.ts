/** Previews: the last frame, for who joins late, and the announcement of each. */
import type { JobStore } from '../job-store.ts'
import { bindScript } from '../lua/bind-script.ts'
import { PUBLISH_PREVIEW } from '../lua/publish-preview.ts'
import { ask } from '../redis-unavailable.ts'
import type { StoreContext } from './context.ts'
import { decodePreview, encodePreview } from './preview-frame.ts'

export function createPreviews({
  redis,
  keys,
  timings,
}: StoreContext): Pick<JobStore, 'publishPreview' | 'loadPreview'> {
  const publish = bindScript(redis, PUBLISH_PREVIEW)
  return {
    async publishPreview(jobId, frame, fence) {
      const published = await publish(
        [keys.job(jobId), keys.preview(jobId)],
        [fence ?? '', encodePreview(frame), timings.previewKeptMs, keys.previews(jobId)],
      )
      return published === 1 ? 'published' : 'fenced'
    },
    async loadPreview(jobId) {
      const bytes = await ask(redis.getBuffer(keys.preview(jobId)))
      return bytes ? decodePreview(bytes) : null
    },
  }
}
