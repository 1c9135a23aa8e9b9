/** Script `claim`: takes a job for a worker; every earlier fence is stale from here on. */
import type { Script } from './bind-script.ts'

/**
 * KEYS 1 record (HASH)
 * ARGV none
 * Returns nil when there is no such job, else [fence, snapshot JSON, run JSON or ''].
 * Channels: none.
 */
export const CLAIM: Script = {
  name: 'safelightClaim',
  lua: `
if redis.call('EXISTS', KEYS[1]) == 0 then return nil end
-- not a plain count: after a loss it would give a number again that a worker still holds
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local fence = math.max(redis.call('HGET', KEYS[1], 'fence') + 1, now)
redis.call('HSET', KEYS[1], 'fence', string.format('%.0f', fence))
local stored = redis.call('HMGET', KEYS[1], 'snapshot', 'run')
return {fence, stored[1], stored[2] or ''}
`,
}
