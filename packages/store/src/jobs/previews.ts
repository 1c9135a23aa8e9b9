/** Previews: the last frame, for who joins late, and the announcement of each. */
import { z } from 'zod'
import type { JobStore, Preview } from '../job-store.ts'
import { bindScript, type Script } from '../bind-script.ts'
import { ask } from '../redis-unavailable.ts'
import type { StoreContext } from './context.ts'

/**
 * KEYS 1 record (HASH) · 2 last frame (STRING)
 * ARGV 1 fencing token or '' · 2 frame · 3 ms the frame is kept · 4 channel of previews
 * Returns 1 when published, 0 when another worker has claimed the job.
 * Channels: publishes the frame on the channel of previews.
 */
const PUBLISH_PREVIEW: Script = {
  name: 'safelightPublishPreview',
  lua: `
if ARGV[1] ~= '' and redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
redis.call('PUBLISH', ARGV[4], ARGV[2])
return 1
`,
}

export function createPreviewStore({
  redis,
  keys,
  timings,
}: StoreContext): Pick<JobStore, 'publishPreview' | 'loadPreview' | 'showsPreviews'> {
  const publish = bindScript(redis, PUBLISH_PREVIEW)
  return {
    async publishPreview(jobId, frame, token) {
      const published = await publish(
        [keys.job(jobId), keys.preview(jobId)],
        [token ?? '', encodePreview(frame), timings.previewKeptMs, keys.previews(jobId)],
      )
      return published === 1 ? 'published' : 'claim_lost'
    },
    async loadPreview(jobId) {
      const bytes = await ask(redis.getBuffer(keys.preview(jobId)))
      return bytes ? decodePreview(bytes) : null
    },
    async showsPreviews(jobId) {
      const [, count] = await ask(redis.pubsub('NUMSUB', keys.previews(jobId)))
      return Number(count) > 0
    },
  }
}

// A frame as bytes, for its key and its channel: length of the header, header JSON, image.
const LENGTH_BYTES = 4
const headerSchema = z.object({ nodeId: z.string().nullable(), contentType: z.string() })

export function encodePreview({ nodeId, contentType, data }: Preview): Buffer {
  const header = Buffer.from(JSON.stringify({ nodeId, contentType }))
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(header.length)
  return Buffer.concat([length, header, data])
}

/** Null when the bytes are not a frame. */
export function decodePreview(frame: Buffer): Preview | null {
  if (frame.length < LENGTH_BYTES) return null
  const end = LENGTH_BYTES + frame.readUInt32BE()
  if (end > frame.length) return null
  try {
    const json: unknown = JSON.parse(frame.toString('utf8', LENGTH_BYTES, end))
    return { ...headerSchema.parse(json), data: new Uint8Array(frame.subarray(end)) }
  } catch {
    return null
  }
}
