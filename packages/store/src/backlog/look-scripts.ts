/** Scripts of the backlog that only say where jobs are. ARGV 1 is always the prefix of all keys. */
import type { Script } from '../bind-script.ts'
import { PLACES } from './places.ts'

/**
 * KEYS 1 deferred jobs (ZSET)
 * ARGV 2… jobIds
 * Returns where each of them is: 'backlog', 'deferred', 'execute <hostId>', 'collect <hostId>', 'nowhere', or 'ended'.
 * Channels: none.
 */
export const LOCATE: Script = {
  name: 'safelightLocate',
  lua: `${PLACES}
local found = {}
for i = 2, #ARGV do table.insert(found, whereIs(ARGV[i])) end
return found
`,
}

/**
 * KEYS 1 record (HASH)
 * ARGV 2 jobId
 * Returns [jobs ahead of it in its pool, mean cost of those that wait there, its pool], or nil when it does not wait.
 * Channels: none.
 */
export const POSITION: Script = {
  name: 'safelightPosition',
  lua: `${PLACES}
local pool = redis.call('HGET', KEYS[1], 'pool')
if not pool then return nil end
local rank = redis.call('ZRANK', backlogOf(pool), ARGV[2])
if not rank then return nil end
local total = number(redis.call('HGET', backlogOf(pool) .. ':shares', ':cost'))
return {rank, whole(total / redis.call('ZCARD', backlogOf(pool))), pool}
`,
}
