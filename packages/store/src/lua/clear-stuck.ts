/** Script that takes back what is said of a host, unless something newer is said by now. */
import type { Script } from './bind-script.ts'

/**
 * KEYS 1 stuck prompts (HASH hostId → JSON)
 * ARGV 1 hostId · 2 the JSON of the prompt that is known to be gone
 * Returns 1 when it was taken back, 0 when another prompt (or none) is on record.
 * Channels: none.
 */
export const CLEAR_STUCK: Script = {
  name: 'safelightClearStuck',
  lua: `
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])
`,
}
