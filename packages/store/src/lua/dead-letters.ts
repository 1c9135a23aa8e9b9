/** Scripts of the dead letters: whoever takes a job off the list decides what becomes of it, so two cannot. */
import { STORE_JOB } from './accept.ts'
import type { Script } from './bind-script.ts'

/**
 * KEYS, ARGV 1 to 8 of the new job as in `accept` · KEYS 7 dead letters (ZSET) · 8 record of the dead letter (HASH)
 * ARGV 9 jobId of the dead letter · 10 its snapshot JSON from now on
 * Returns ['replayed']; ['repeated'] when this very job is there already; ['gone'] when the dead letter is not listed.
 * Channels: none (the dead letter has ended: nobody listens any more).
 */
export const REPLAY: Script = {
  name: 'safelightReplay',
  lua: `
if redis.call('EXISTS', KEYS[1]) == 1 then return {'repeated'} end
if not redis.call('ZSCORE', KEYS[7], ARGV[9]) or redis.call('EXISTS', KEYS[8]) == 0 then return {'gone'} end
${STORE_JOB}
redis.call('ZREM', KEYS[7], ARGV[9])
redis.call('HSET', KEYS[8], 'snapshot', ARGV[10])
return {'replayed'}
`,
}

/**
 * KEYS 1 dead letters (ZSET) · 2 record of the dead letter (HASH)
 * ARGV 1 its jobId · 2 its snapshot JSON from now on
 * Returns 1 when it was listed, else 0.
 * Channels: none.
 */
export const DISCARD: Script = {
  name: 'safelightDiscard',
  lua: `
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('HSET', KEYS[2], 'snapshot', ARGV[2]) end
return 1
`,
}
