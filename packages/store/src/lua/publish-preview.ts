/** Script `publish-preview`: the last frame and its announcement, if the writer still holds the job. */
import type { Script } from './bind-script.ts'

/**
 * KEYS 1 record (HASH) · 2 last frame (STRING)
 * ARGV 1 fence or '' · 2 frame · 3 ms the frame is kept · 4 channel of previews
 * Returns 1 when published, 0 when a newer worker holds the job.
 * Channels: publishes the frame on the channel of previews.
 */
export const PUBLISH_PREVIEW: Script = {
  name: 'safelightPublishPreview',
  lua: `
if ARGV[1] ~= '' and redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
redis.call('PUBLISH', ARGV[4], ARGV[2])
return 1
`,
}
