/** Purging: jobs that have ended are forgotten before their time, with their outputs and everything else that is theirs. */
import { isTerminal, type JobStatus, type Snapshot } from '@safelight/shared'
import { tellNobody } from '@safelight/runtime'
import { z } from 'zod'
import { BLOBS } from './assets/scripts.ts'
import { bindScript, type Script } from './bind-script.ts'
import { type JobStoreDeps, toStoreContext } from './create-job-store.ts'
import { OWNER } from './jobs/context.ts'
import { createPage } from './jobs/list-jobs.ts'
import { encodeCursor } from './newest-first.ts'

/**
 * A job and its outputs go in one step. An output stays that another job refers to, or did and is kept: then it goes
 * when its own time is over. So does one that is kept for longer than the record, whoever wanted that.
 *
 * The first write frees something: a script that has written may go on when Redis is full.
 *
 * KEYS 1 record (HASH) · 2 events (STREAM) · 3 workflow (STRING) · 4 last preview (STRING) · 5 secrets (STRING)
 *      6 index (ZSET) · 7 dead letters (ZSET) · 8 deadlines (ZSET) · 9 assets (ZSET) · 10 their expiry (ZSET) · 11 open jobs (ZSET)
 *      12 until when jobs need assets (ZSET)
 * ARGV 1 prefix of all keys · 2 jobId · 3 eventId of the end that the caller has seen (field `stamp`)
 *      4 ms until which record and outputs would have been kept · 5… ids of its outputs
 * Returns ['purged', outputs that went, outputs that stay, bytes that nothing refers to any more], ['gone'], or ['changed'].
 * Channels: none (nobody waits for a job that has ended).
 */
const PURGE: Script = {
  name: 'safelightPurge',
  lua: `${BLOBS}
local record, jobId = KEYS[1], ARGV[2]
local stamp = redis.call('HGET', record, 'stamp')
if not stamp then return {'gone'} end
if stamp ~= ARGV[3] or redis.call('ZSCORE', KEYS[11], jobId) then return {'changed'} end
local now, lastMs = timeNow(), tonumber(ARGV[4])

local function isWanted(id, asset)
  if redis.call('SCARD', asset .. ':holds') > 0 then return true end
  if tonumber(redis.call('ZSCORE', KEYS[12], id) or 0) > now then return true end
  local expiry = redis.call('ZSCORE', KEYS[10], id)
  if expiry then return tonumber(expiry) > lastMs end
  -- those of older versions expire by themselves, to the second; without an end it is for ever
  local left = redis.call('PTTL', asset)
  return left < 0 or now + left > lastMs + 1000
end

local went, stay, freed = 0, 0, 0
local function drop(id)
  local asset = prefix .. 'asset:' .. id
  local json = redis.call('GET', asset)
  if not json then return end
  local isRead, found = pcall(cjson.decode, json)
  if not isRead or found.job_id ~= jobId or isWanted(id, asset) then
    stay = stay + 1
    return
  end
  redis.call('DEL', asset, asset .. ':holds')
  for i = 9, 10 do redis.call('ZREM', KEYS[i], id) end
  redis.call('ZREM', KEYS[12], id)
  went = went + 1
  local hex = string.match(tostring(found.hash), '^blake3:(%x+)$')
  if not hex then return end
  local size = tonumber(redis.call('HGET', blobOf(hex), 'size') or 0)
  release(hex, id)
  if redis.call('EXISTS', blobOf(hex)) == 0 then freed = freed + size end
end

for id in string.gmatch(redis.call('HGET', record, 'inputs') or '', '%S+') do
  redis.call('SREM', prefix .. 'asset:' .. id .. ':holds', jobId)
end
redis.call('DEL', record, unpack(KEYS, 2, 5))
for i = 6, 8 do redis.call('ZREM', KEYS[i], jobId) end
for i = 5, #ARGV do drop(ARGV[i]) end
return {'purged', went, stay, string.format('%.0f', freed)}
`,
}

export interface PurgeQuery {
  /** Of those that never change again; all of them unless told. */
  status?: readonly JobStatus[]
  /** Only jobs of this owner. */
  owner?: string
  /** Only jobs that ended before (ms since the epoch). */
  endedBefore?: number
  /** Also jobs that are listed among the dead letters: these wait for somebody. */
  deadLetters: boolean
  /** At most so many are looked at that match all but the last two. */
  limit: number
  cursor?: string
}

export type Purged =
  | {
      outcome: 'purged'
      /** Outputs that went along. */
      outputs: number
      /** Outputs that stay, because something else needs them. */
      kept: number
      /** Of files that nothing refers to any more: the janitor removes them. */
      bytes: number
    }
  /** Not there (any more); or it is not, or no longer, as it was seen. */
  | { outcome: 'gone' | 'changed' }

export interface PurgeStore {
  /** Ended jobs, those accepted last first, a bounded number; there may be more when a cursor is given, also after none. */
  find(query: PurgeQuery): Promise<{ jobs: Snapshot[]; nextCursor: string | null }>
  /** @param seen the job as it was read: should it not have ended, it is `changed` */
  purge(seen: Snapshot): Promise<Purged>
}

const ENDED = ['succeeded', 'failed', 'canceled', 'expired'] as const

const replySchema = z.union([
  z.tuple([z.literal('purged'), z.int(), z.int(), z.coerce.number()]),
  z.tuple([z.enum(['gone', 'changed'])]),
])

export function createPurgeStore(deps: Omit<JobStoreDeps, 'emit'>): PurgeStore {
  const context = toStoreContext({ ...deps, emit: tellNobody })
  const { redis, keys, timings } = context
  const index = keys.index(OWNER)
  const page = createPage(context, index)
  const run = bindScript(redis, PURGE)
  return {
    async find({ endedBefore, deadLetters, status = ENDED, owner, limit, cursor }) {
      // what ended before was accepted before
      const from = endedBefore === undefined ? undefined : encodeCursor({ at: endedBefore, id: '' })
      const start = cursor ?? from
      const { jobs, nextCursor } = await page({
        limit,
        status: status.filter(isTerminal),
        ...(owner !== undefined && { owner }),
        ...(start !== undefined && { cursor: start }),
      })
      const meant = jobs.filter(
        ({ deadLetter, completedAt }) =>
          (deadLetters || !deadLetter) &&
          (endedBefore === undefined || (completedAt ?? Infinity) < endedBefore),
      )
      return { jobs: meant, nextCursor }
    },
    async purge(seen) {
      const { jobId, status, stamp, expiresAt, outputs } = seen
      if (!isTerminal(status)) return { outcome: 'changed' }
      const reply = await run(
        [
          keys.job(jobId),
          keys.events(jobId),
          keys.workflow(jobId),
          keys.preview(jobId),
          keys.secrets(jobId),
          index,
          keys.deadLetters,
          keys.deadlines,
          keys.assets,
          keys.assetsExpiry,
          keys.open,
          keys.assetsNeeded,
        ],
        [
          keys.prefix,
          jobId,
          stamp,
          Math.round(expiresAt + timings.recordSlackMs),
          ...outputs.map(({ id }) => id),
        ],
      )
      const said = replySchema.parse(reply)
      if (said[0] !== 'purged') return { outcome: said[0] }
      const [outcome, went, kept, bytes] = said
      return { outcome, outputs: went, kept, bytes }
    },
  }
}
