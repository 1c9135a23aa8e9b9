/** Whether as many jobs have a place as have not ended: asked often, where to look at each of a hundred thousand is not. */
import { z } from 'zod'
import { bindScript, type Script } from '../bind-script.ts'
import type { ReconcilerDeps } from './reconciler.ts'

/**
 * KEYS 1 open jobs (ZSET)
 * ARGV 1 prefix of all keys
 * Returns jobs that have not ended, less those that are in a place.
 * Channels: none.
 */
const COUNT_PLACES: Script = {
  name: 'safelightCountPlaces',
  lua: `
local left = redis.call('ZCARD', KEYS[1]) - redis.call('ZCARD', ARGV[1] .. 'deferred')
for _, pool in ipairs(redis.call('SMEMBERS', ARGV[1] .. 'pools')) do
  left = left - redis.call('ZCARD', ARGV[1] .. 'backlog:' .. pool)
end
for _, host in ipairs(redis.call('SMEMBERS', ARGV[1] .. 'dispatched-to')) do
  left = left - redis.call('ZCARD', ARGV[1] .. 'dispatched:' .. host) - redis.call('ZCARD', ARGV[1] .. 'collecting:' .. host)
end
return left
`,
}

/** @returns false too, when one that has ended is in a place: an older version ended it */
export function createCountPlaces({
  redis,
  keys,
}: Pick<ReconcilerDeps, 'redis' | 'keys'>): () => Promise<boolean> {
  const count = bindScript(redis, COUNT_PLACES)
  return async () => z.int().parse(await count([keys.open], [keys.prefix])) === 0
}
