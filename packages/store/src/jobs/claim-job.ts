/** Claiming a job for a worker, and noting where its attempt runs. */
import { z } from 'zod'
import type { JobStore } from '../job-store.ts'
import { bindScript, type Script } from '../bind-script.ts'
import { ask } from '../redis-unavailable.ts'
import { parseAttempt, toAttemptJson } from './attempt-record.ts'
import type { StoreContext } from './context.ts'
import { countLost, createInHand } from './in-hand.ts'
import { CLAIM_RECORD, type Claimed, claimedSchema } from './claim-record.ts'
import { parseSnapshot, parseStored, RecordTooNew } from './record.ts'

/**
 * KEYS 1 record (HASH) · 2 workflow (STRING) · 3 secrets (STRING)
 * ARGV 1 hostId · 2 stage, of the queue that its ticket came from ('' for no matter which)
 * Who collects under the ticket by which it was executed (see `toCollect` in backlog/places.ts) hands that on to the next claim.
 * Returns nil when there is no such job, or it is somewhere else by now; [version] when a newer Safelight wrote it, else what `claim` of `CLAIM_RECORD` does.
 * Channels: none.
 */
const CLAIM: Script = {
  name: 'safelightClaim',
  lua: `${CLAIM_RECORD}
local stored = redis.call('HMGET', KEYS[1], 'v', 'fence', 'snapshot', 'run', 'held', 'lost', 'trace', 'host', 'stage', 'carries')
if not stored[2] and not stored[3] then return nil end
if isTooNew(stored[1]) then return {stored[1]} end
local carries = stored[9] == 'collect' and stored[10] == stored[2]
local queue = carries and 'execute' or stored[9]
if ARGV[1] ~= '' and (stored[8] ~= ARGV[1] or queue ~= ARGV[2]) then return nil end
local time = redis.call('TIME')
return claim(KEYS, stored, time[1] * 1000 + math.floor(time[2] / 1000), carries)
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

const claimReplySchema = z.union([claimedSchema, z.tuple([z.string()])]).nullable()

export function createClaims(
  context: StoreContext,
): Pick<JobStore, 'claim' | 'saveAttempt' | 'holdsClaim'> {
  const { redis, keys } = context
  const { putDown } = createInHand(context)
  const claim = bindScript(redis, CLAIM)
  const saveAttempt = bindScript(redis, SAVE_ATTEMPT)

  async function askFor(...[jobId, at]: Parameters<JobStore['claim']>): Promise<Claimed | null> {
    const argv = [at?.hostId ?? '', at?.stage ?? '']
    const of = [keys.job(jobId), keys.workflow(jobId), keys.secrets(jobId)]
    const reply = claimReplySchema.parse(await claim(of, argv))
    if (reply?.length === 1) throw new RecordTooNew(reply[0])
    return reply
  }

  return {
    async claim(jobId, at) {
      const reply = at?.claimed ?? (await askFor(jobId, at))
      if (!reply) return null
      const [token, snapshot, attempt, lost, justNow, workflowText, sealedExtraData, trace] = reply
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
          trace,
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
