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
local fence = redis.call('HINCRBY', KEYS[1], 'fence', 1)
local stored = redis.call('HMGET', KEYS[1], 'snapshot', 'run')
return {fence, stored[1], stored[2] or ''}
`,
}
