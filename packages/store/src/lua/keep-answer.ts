/** Script `keep-answer`: keeps what the first request with an idempotency key was answered. */
import type { Script } from './bind-script.ts'

/**
 * KEYS 1 idempotency key (HASH)
 * ARGV 1 jobId · 2 answer JSON
 * Returns 1 when kept, 0 when the key is not (or no longer) the job's.
 * Channels: none.
 */
export const KEEP_ANSWER: Script = {
  name: 'safelightKeepAnswer',
  lua: `
if redis.call('HGET', KEYS[1], 'job') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'answer', ARGV[2])
return 1
`,
}
