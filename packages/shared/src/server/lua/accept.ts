/** Script `accept`: everything an accepted job needs, or nothing. */
import type { Script } from './bind-script.ts'

/**
 * KEYS 1 record (HASH) · 2 workflow (STRING) · 3 index (ZSET) · 4 outbox (ZSET) · 5 idempotency key (optional)
 * ARGV 1 jobId · 2 snapshot JSON · 3 workflow JSON · 4 ms accepted · 5 ms the idempotency key is kept
 *      6 prefix of record keys
 * Returns [1, jobId] when accepted; [0, jobId of the earlier one] when the idempotency key was used, or this very
 *   job is there already (the client sent it once more because the answer got lost).
 * Channels: none (nobody can watch a job that does not exist yet).
 */
export const ACCEPT: Script = {
  name: 'safelightAccept',
  lua: `
if KEYS[5] then
  local user = redis.call('GET', KEYS[5])
  if user then return {0, user} end
end
if redis.call('EXISTS', KEYS[1]) == 1 then return {0, ARGV[1]} end
redis.call('HSET', KEYS[1], 'snapshot', ARGV[2], 'seq', '0', 'fence', '0')
redis.call('SET', KEYS[2], ARGV[3])
redis.call('ZADD', KEYS[3], ARGV[4], ARGV[1])
redis.call('ZADD', KEYS[4], ARGV[4], ARGV[1])
if KEYS[5] then redis.call('SET', KEYS[5], ARGV[1], 'PX', ARGV[5]) end
-- two looks per new entry keep expired jobs from ever being the larger part of the index
for _, known in ipairs(redis.call('ZRANDMEMBER', KEYS[3], 2)) do
  if redis.call('EXISTS', ARGV[6] .. known) == 0 then redis.call('ZREM', KEYS[3], known) end
end
return {1, ARGV[1]}
`,
}
