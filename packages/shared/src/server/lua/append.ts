/** Script `append`: one event, if the job is still as the writer saw it and the writer still holds it. */
import type { Script } from './bind-script.ts'

/**
 * KEYS 1 record (HASH) · 2 events (STREAM) · 3… what lives as long as the record (workflow, assets)
 * ARGV 1 expected seq · 2 fence or '' · 3 next seq · 4 next snapshot JSON · 5 event JSON · 6 live channel
 *      7 stream length · 8 ms when the record goes ('' before the end) · 9 ms the stream stays after the end
 *      10 id of this write
 * Returns ['appended'], ['gone'], ['fenced'] or ['stale', stored snapshot JSON].
 * Channels: publishes the event JSON on the live channel.
 */
export const APPEND: Script = {
  name: 'safelightAppend',
  lua: `
local stored = redis.call('HMGET', KEYS[1], 'seq', 'fence', 'snapshot', 'write')
if not stored[1] then return {'gone'} end
-- the same write again, sent once more by a client whose connection broke before the answer
if stored[4] == ARGV[10] then return {'appended'} end
if ARGV[2] ~= '' and stored[2] ~= ARGV[2] then return {'fenced'} end
if stored[1] ~= ARGV[1] then return {'stale', stored[3]} end
-- first what can be refused: a script that fails half-way is not rolled back
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[7], '0-' .. ARGV[3], 'e', ARGV[5])
redis.call('HSET', KEYS[1], 'snapshot', ARGV[4], 'seq', ARGV[3], 'write', ARGV[10])
redis.call('PUBLISH', ARGV[6], ARGV[5])
if ARGV[8] ~= '' then
  redis.call('PEXPIREAT', KEYS[1], ARGV[8])
  redis.call('PEXPIRE', KEYS[2], ARGV[9])
  for i = 3, #KEYS do redis.call('PEXPIREAT', KEYS[i], ARGV[8]) end
end
return {'appended'}
`,
}
