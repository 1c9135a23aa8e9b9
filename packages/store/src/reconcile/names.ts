/**
 * Hosts and pools come and go under ever new names, where an autoscaler makes them: what is kept for one is let go when
 * nobody knows it any more, in Redis and in this process.
 */
import { z } from 'zod'
import { ANY_POOL, servesPool } from '../backlog/pools.ts'
import { bindScript, type Script } from '../bind-script.ts'
import { ask } from '../redis-unavailable.ts'
import type { ReconcilerDeps } from './reconciler.ts'

/**
 * KEYS 1 pools that have had a job (SET)
 * ARGV 1 prefix of all keys · 2 pool
 * Returns 1, or 0 when jobs of it wait, or have a slot.
 * Channels: none.
 */
const FORGET_POOL: Script = {
  name: 'safelightForgetPool',
  lua: `
local backlog = ARGV[1] .. 'backlog:' .. ARGV[2]
if redis.call('ZCARD', backlog) + redis.call('SCARD', backlog .. ':running') > 0 then return 0 end
redis.call('DEL', backlog .. ':shares', backlog .. ':past', backlog .. ':last')
redis.call('SREM', KEYS[1], ARGV[2])
return 1
`,
}

export function createForgetNames(deps: ReconcilerDeps): () => Promise<void> {
  const { redis, keys, backlog, tickets, hosts, emit } = deps
  const forgetPool = bindScript(redis, FORGET_POOL)

  return async () => {
    const listed = await hosts.list()
    const pools = new Set<string>()
    let removed = 0
    for (const [pool, waiting] of await backlog.waiting()) {
      const isNeeded = pool === ANY_POOL || listed.some((host) => servesPool(host, pool))
      if (!isNeeded && waiting === 0) {
        // first: whoever dies in between finds the pool once more. A job that comes in between gets another ticket
        await tickets.forgetPool(pool)
        if (z.int().parse(await forgetPool([keys.pools], [keys.prefix, pool])) === 1) {
          removed += 1
          continue
        }
      }
      pools.add(pool)
    }
    const ids = listed.map(({ id }) => id)
    // also one that never gets a job has queues: it is forgotten as the others are
    if (ids.length > 0) await ask(redis.sadd(keys.dispatchedTo, ...ids))
    await tickets.keepOnly({ hosts: new Set([...ids, ...(await backlog.hosts())]), pools })
    emit('housekeeping:swept', { kind: 'pools', removed })
  }
}
