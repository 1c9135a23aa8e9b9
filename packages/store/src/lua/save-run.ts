/** Script `save-run`: notes where the attempt runs, so a successor can adopt it. */
import type { Script } from './bind-script.ts'

/**
 * KEYS 1 record (HASH)
 * ARGV 1 fence · 2 run JSON
 * Returns 1 when saved, 0 when a newer worker holds the job or the job is gone.
 * Channels: none.
 */
export const SAVE_RUN: Script = {
  name: 'safelightSaveRun',
  lua: `
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'run', ARGV[2])
return 1
`,
}
