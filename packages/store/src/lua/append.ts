/** Script `append`: one event, if the job is still as the writer saw it and the writer still holds it. */
import type { Script } from './bind-script.ts'

/**
 * KEYS 1 record (HASH) · 2 events (STREAM) · 3 open jobs (ZSET) · 4 secrets (STRING) · 5 dead letters (ZSET)
 *      6… what lives as long as the record (workflow, assets)
 * ARGV 1 jobId · 2 stamp the writer saw · 3 fence or '' · 4 next seq · 5 next snapshot JSON · 6 event JSON
 *      7 its stamp · 8 live channel · 9 stream length · 10 ms when the record goes ('' before the end)
 *      11 ms the stream stays after the end · 12 ms failed ('' unless a dead letter) · 13 dead letters older than
 *      this ms have expired
 * Returns ['appended'], ['gone'], ['fenced'] or ['stale', stored snapshot JSON].
 * Channels: publishes the event JSON on the live channel.
 */
export const APPEND: Script = {
  name: 'safelightAppend',
  lua: `
local stored = redis.call('HMGET', KEYS[1], 'stamp', 'fence', 'snapshot')
if not stored[1] then return {'gone'} end
-- the same write again, sent once more by a client whose connection broke before the answer
if stored[1] == ARGV[7] then return {'appended'} end
if ARGV[3] ~= '' and stored[2] ~= ARGV[3] then return {'fenced'} end
-- the stamp, not the number: after a loss another history may have grown to the same number
if stored[1] ~= ARGV[2] then return {'stale', stored[3]} end
-- first what can be refused: a script that fails half-way is not rolled back
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[9], '0-' .. ARGV[4], 'e', ARGV[6])
redis.call('HSET', KEYS[1], 'snapshot', ARGV[5], 'seq', ARGV[4], 'stamp', ARGV[7])
redis.call('PUBLISH', ARGV[8], ARGV[6])
if ARGV[10] == '' then return {'appended'} end
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('DEL', KEYS[4])
if ARGV[12] ~= '' then
  redis.call('ZADD', KEYS[5], ARGV[12], ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', ARGV[13])
end
redis.call('PEXPIREAT', KEYS[1], ARGV[10])
redis.call('PEXPIRE', KEYS[2], ARGV[11])
for i = 6, #KEYS do redis.call('PEXPIREAT', KEYS[i], ARGV[10]) end
return {'appended'}
`,
}
