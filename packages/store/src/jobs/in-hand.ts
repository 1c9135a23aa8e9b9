/**
 * Jobs in the hands of workers: what they have cost them, counted in the record, so that it holds across workers.
 *
 * Lost workers. A claim writes its token down as `held`, and a worker that lets go of the job in any orderly way
 * (its end, a hand-back, a drain, a mishap) takes it away. So a claim that finds one has found a worker that is
 * dead, or frozen, or cut off from Redis: its token joins the `lost`. A worker that was only frozen or cut off
 * comes back, learns that its claim is lost and puts the job down like any other, which takes its token off that
 * list. What stays there died with the job in hand: killed by it, or beside it. A worker that leaves while Redis
 * is away cannot be told from those, nor one that is told twice to stop; they count as one each.
 *
 * Where several that may be to blame are in the same hands, a loss says nothing of any of them: such a claim is
 * marked as held `in company`, with a `~` before its token, and is counted apart.
 *
 * Mishaps are what nobody foresaw and the worker survived.
 */
import { z } from 'zod'
import type { JobStore } from '../job-store.ts'
import { bindScript, type Script } from '../bind-script.ts'
import type { StoreContext } from './context.ts'

/**
 * KEYS 1 record (HASH)
 * ARGV 1 fencing token
 * Returns 1 when the job was in the hands of that claim, or thought to be lost with it, else 0.
 * Channels: none.
 */
const PUT_DOWN: Script = {
  name: 'safelightPutDown',
  lua: `
local stored = redis.call('HMGET', KEYS[1], 'held', 'lost')
if stored[1] == ARGV[1] or stored[1] == '~' .. ARGV[1] then
  return redis.call('HDEL', KEYS[1], 'held')
end
if not stored[2] then return 0 end
local lost, found = string.gsub(stored[2], '~?' .. ARGV[1] .. ' ', '')
if found > 0 then redis.call('HSET', KEYS[1], 'lost', lost) end
return found
`,
}

/**
 * KEYS 1 record (HASH)
 * ARGV 1 fencing token · 2 '~' or ''
 * Returns 1 when the job is in the hands of that claim, else 0.
 * Channels: none.
 */
const SET_COMPANY: Script = {
  name: 'safelightSetCompany',
  lua: `
local held = redis.call('HGET', KEYS[1], 'held')
if held ~= ARGV[1] and held ~= '~' .. ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'held', ARGV[2] .. ARGV[1])
return 1
`,
}

/** Of the `lost` of a record: those that count, and those in whose hands others were that may be to blame. */
export function countLost(lost: string): { count: number; inCompany: number } {
  const tokens = lost.split(' ').filter((token) => token !== '')
  const inCompany = tokens.filter((token) => token.startsWith('~')).length
  return { count: tokens.length - inCompany, inCompany }
}

/**
 * KEYS 1 record (HASH)
 * ARGV none
 * Returns how many mishaps the job has met, this one included; 0 when there is no such job.
 * Channels: none.
 */
const COUNT_MISHAP: Script = {
  name: 'safelightCountMishap',
  lua: `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
return redis.call('HINCRBY', KEYS[1], 'mishaps', 1)
`,
}

export function createInHand({
  redis,
  keys,
}: StoreContext): Pick<JobStore, 'putDown' | 'setCompany' | 'countMishap'> {
  const putDown = bindScript(redis, PUT_DOWN)
  const setCompany = bindScript(redis, SET_COMPANY)
  const countMishap = bindScript(redis, COUNT_MISHAP)
  return {
    async putDown(jobId, token) {
      await putDown([keys.job(jobId)], [token])
    },
    async setCompany(jobId, token, inCompany) {
      await setCompany([keys.job(jobId)], [token, inCompany ? '~' : ''])
    },
    async countMishap(jobId) {
      return z.int().parse(await countMishap([keys.job(jobId)], []))
    },
  }
}
