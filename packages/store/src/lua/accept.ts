/** Script `accept`: everything an accepted job needs, or nothing. */
import type { Script } from './bind-script.ts'

/**
 * The writes of an accepted job, for every script that makes one. They begin with one that a full
 * Redis refuses, so that nothing is half done.
 *
 * KEYS 1 record (HASH) · 2 workflow (STRING) · 3 index (ZSET) · 4 outbox (ZSET) · 5 open jobs (ZSET)
 *      6 secrets (STRING)
 * ARGV 1 jobId · 2 snapshot JSON · 3 workflow JSON · 4 ms accepted · 5 stamp · 6 prefix of record keys
 *      7 extra_data JSON ('' for none) · 8 ms extra_data is kept
 */
export const STORE_JOB = `
redis.call('HSET', KEYS[1], 'snapshot', ARGV[2], 'seq', '0', 'stamp', ARGV[5], 'fence', '0')
redis.call('SET', KEYS[2], ARGV[3])
if ARGV[7] ~= '' then redis.call('SET', KEYS[6], ARGV[7], 'PX', ARGV[8]) end
for i = 3, 5 do redis.call('ZADD', KEYS[i], ARGV[4], ARGV[1]) end
-- two looks per new entry keep expired jobs from ever being the larger part of the index
for _, known in ipairs(redis.call('ZRANDMEMBER', KEYS[3], 2)) do
  if redis.call('EXISTS', ARGV[6] .. known) == 0 then redis.call('ZREM', KEYS[3], known) end
end
`

/**
 * KEYS, ARGV as above · KEYS 7 idempotency key (HASH, optional) · ARGV 9 ms it is kept · 10 hash of the request
 * Returns ['accepted']; ['repeated'] when this very job is there already (the client sent it once more
 *   because the answer got lost); ['reused'] when the key belongs to another job.
 * Channels: none (nobody can watch a job that does not exist yet).
 */
export const ACCEPT: Script = {
  name: 'safelightAccept',
  lua: `
if KEYS[7] then
  local user = redis.call('HGET', KEYS[7], 'job')
  if user and user ~= ARGV[1] then return {'reused'} end
end
if redis.call('EXISTS', KEYS[1]) == 1 then return {'repeated'} end
${STORE_JOB}
if KEYS[7] then
  redis.call('HSET', KEYS[7], 'job', ARGV[1], 'at', ARGV[4], 'request', ARGV[10], 'snapshot', ARGV[2])
  redis.call('PEXPIRE', KEYS[7], ARGV[9])
end
return {'accepted'}
`,
}
