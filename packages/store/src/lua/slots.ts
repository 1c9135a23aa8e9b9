/** Scripts of the slot leases. Time is the server's own: workers' clocks may differ. */
import type { Script } from './bind-script.ts'

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`

/**
 * KEYS 1 leases of the host (ZSET jobId → ms of expiry)
 * ARGV 1 jobId · 2 leases at most · 3 ms the lease lasts
 * Returns 1 when the job holds a lease now, 0 when the host is full.
 * Channels: none.
 */
export const ACQUIRE_SLOT: Script = {
  name: 'safelightAcquireSlot',
  lua: `${NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local held = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not held and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
return 1
`,
}

/**
 * KEYS 1 leases of the host (ZSET jobId → ms of expiry)
 * ARGV 1 jobId · 2 ms the lease lasts from now
 * Returns 1 when prolonged, 0 when the lease had run out (the slot may be somebody else's).
 * Channels: none.
 */
export const RENEW_SLOT: Script = {
  name: 'safelightRenewSlot',
  lua: `${NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
return 1
`,
}

/**
 * KEYS 1 leases of the host (ZSET jobId → ms of expiry)
 * ARGV none
 * Returns the number of leases that have not run out.
 * Channels: none.
 */
export const COUNT_SLOTS: Script = {
  name: 'safelightCountSlots',
  lua: `${NOW}
return redis.call('ZCOUNT', KEYS[1], '(' .. now, '+inf')
`,
}
