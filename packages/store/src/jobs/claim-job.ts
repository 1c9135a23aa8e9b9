/** Claiming a job for a worker, and noting where its attempt runs. */
import { z } from 'zod'
import type { JobStore } from '../job-store.ts'
import { bindScript, type Script } from '../bind-script.ts'
import { ask } from '../redis-unavailable.ts'
import { parseAttempt, toAttemptJson } from './attempt-record.ts'
import type { StoreContext } from './context.ts'
import { countLost, createInHand } from './in-hand.ts'
import { parseSnapshot, parseStored, RECORD_VERSION, RecordTooNew } from './record.ts'

/**
 * KEYS 1 record (HASH) · 2 workflow (STRING) · 3 secrets (STRING)
 * ARGV 1 hostId · 2 stage, of the queue that its ticket came from ('' for no matter which)
 * Who collects under the ticket by which it was executed (see `toCollect` in backlog/places.ts) hands that on to the next claim.
 * Returns nil when there is no such job, or it is somewhere else by now; [version] when a newer Safelight wrote it, else [fencing token, snapshot JSON,
 *   attempt JSON or '', tokens of lost workers, 1 when this claim found one of them, else 0, workflow text or nil, sealed extra data or nil].
 * Channels: none.
 */
const CLAIM: Script = {
  name: 'safelightClaim',
  lua: `
local stored = redis.call('HMGET', KEYS[1], 'v', 'host', 'stage', 'fence', 'snapshot', 'run', 'held', 'lost', 'carries')
if not stored[4] and not stored[5] then return nil end
-- whoever cannot read it must not take it from one who can
local version = stored[1]
if version and not (tonumber(version) <= ${RECORD_VERSION}) then return {version} end
local carries = stored[3] == 'collect' and stored[9] == stored[4]
local queue = carries and 'execute' or stored[3]
if ARGV[1] ~= '' and (stored[2] ~= ARGV[1] or queue ~= ARGV[2]) then return nil end
-- not a plain count: after a loss it would give a number again that a worker still holds
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local token = math.max(stored[4] + 1, now)
local name = string.format('%.0f', token)
local lost = stored[8] or ''
if stored[7] then lost = lost .. stored[7] .. ' ' end
redis.call('HSET', KEYS[1], 'fence', name, 'held', name, 'lost', lost)
if carries then redis.call('HSET', KEYS[1], 'carries', name) end
return {token, stored[5], stored[6] or '', lost, stored[7] and 1 or 0, redis.call('GET', KEYS[2]), redis.call('GET', KEYS[3])}
`,
}

/**
 * KEYS 1 record (HASH)
 * ARGV 1 fencing token · 2 attempt JSON
 * Returns 1 when saved, 0 when another worker has claimed the job or the job is gone.
 * Channels: none.
 */
const SAVE_ATTEMPT: Script = {
  name: 'safelightSaveAttempt',
  lua: `
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'run', ARGV[2])
return 1
`,
}

const textOrNone = z.string().nullable()
const claimReplySchema = z
  .union([
    z.tuple([z.int(), z.string(), z.string(), z.string(), z.int(), textOrNone, textOrNone]),
    z.tuple([z.string()]),
  ])
  .nullable()

export function createClaims(
  context: StoreContext,
): Pick<JobStore, 'claim' | 'saveAttempt' | 'holdsClaim'> {
  const { redis, keys } = context
  const { putDown } = createInHand(context)
  const claim = bindScript(redis, CLAIM)
  const saveAttempt = bindScript(redis, SAVE_ATTEMPT)
  return {
    async claim(jobId, at) {
      const argv = [at?.hostId ?? '', at?.stage ?? '']
      const of = [keys.job(jobId), keys.workflow(jobId), keys.secrets(jobId)]
      const reply = claimReplySchema.parse(await claim(of, argv))
      if (!reply) return null
      if (reply.length === 1) throw new RecordTooNew(reply[0])
      const [token, snapshot, attempt, lost, justNow, workflowText, sealedExtraData] = reply
      try {
        const { count, inCompany } = countLost(lost)
        return {
          token,
          snapshot: parseSnapshot(snapshot),
          lastAttempt: parseStored(() => parseAttempt(attempt)),
          lost: { count, justNow: justNow === 1 },
          lostInCompany: inCompany,
          workflowText,
          sealedExtraData,
        }
      } catch (error) {
        // nobody holds it: or this would count as a worker that it has cost
        await putDown(jobId, token)
        throw error
      }
    },
    async saveAttempt(jobId, token, attempt) {
      const saved = await saveAttempt([keys.job(jobId)], [token, toAttemptJson(attempt)])
      return saved === 1 ? 'saved' : 'claim_lost'
    },
    async holdsClaim(jobId, token) {
      return (await ask(redis.hget(keys.job(jobId), 'fence'))) === String(token)
    },
  }
}
