/** Appending an event: decide on what is known, write if it still holds, decide again if not. */
import { z } from 'zod'
import {
  canMove,
  isTerminal,
  type JobEvent,
  type JobEventBody,
  jobEventSchema,
  reduceJob,
  type Snapshot,
} from '@safelight/shared'
import type { AppendResult, Decide, JobStore } from '../job-store.ts'
import { bindScript, type Script } from '../bind-script.ts'
import { HOLDS } from '../assets/holds.ts'
import { PLACES } from '../backlog/places.ts'
import { ask } from '../redis-unavailable.ts'
import { newEventId, STREAM_LENGTH, type StoreContext } from './context.ts'
import { toBand } from './first-snapshot.ts'
import { parseRecord, parseSnapshot } from './record.ts'

/**
 * KEYS 1 record (HASH) · 2 events (STREAM) · 3 open jobs (ZSET) · 4 secrets (STRING) · 5 dead letters (ZSET)
 *      6 bytes of the workflows of open jobs (STRING) · 7 the workflow (STRING), which lives as long as the record, as its outputs do
 * ARGV 1 prefix of all keys · 2 eventId the writer saw last (field `stamp`) · 3 fencing token or '' · 4 next seq · 5 next snapshot JSON · 6 event JSON
 *      7 its eventId · 8 live channel · 9 stream length · 10 ms when the record goes ('' before the end)
 *      11 ms the stream stays after the end · 12 ms failed ('' unless a dead letter) · 13 dead letters older than
 *      this ms have expired · 14 jobId
 *      15 its band from now on ('' for the same) · 16… ids of its outputs
 * Returns ['appended'], ['gone'], ['claim_lost'], ['not_waiting'] when it has a slot, so that its priority means nothing
 *   any more, or ['stale', stored snapshot JSON].
 * Channels: publishes the event JSON on the live channel.
 */
const APPEND: Script = {
  name: 'safelightAppend',
  lua: `${PLACES}${HOLDS}
local stored = redis.call('HMGET', KEYS[1], 'stamp', 'fence', 'snapshot')
if not stored[1] then return {'gone'} end
-- the same write again, sent once more by a client whose connection broke before the answer
if stored[1] == ARGV[7] then return {'appended'} end
if ARGV[3] ~= '' and stored[2] ~= ARGV[3] then return {'claim_lost'} end
-- the eventId, not the number: after a loss another history may have grown to the same number
if stored[1] ~= ARGV[2] then return {'stale', stored[3]} end
if ARGV[15] ~= '' and not waits(ARGV[14]) then return {'not_waiting'} end
-- first what can be refused: a script that fails half-way is not rolled back
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[9], '0-' .. ARGV[4], 'e', ARGV[6])
redis.call('HSET', KEYS[1], 'snapshot', ARGV[5], 'seq', ARGV[4], 'stamp', ARGV[7])
redis.call('PUBLISH', ARGV[8], ARGV[6])
if ARGV[15] ~= '' then
  redis.call('HSET', KEYS[1], 'band', ARGV[15])
  if not redis.call('ZSCORE', prefix .. 'deferred', ARGV[14]) then enter(ARGV[14]) end
end
if ARGV[10] == '' then return {'appended'} end
-- it waits no longer, and has no slot
leave(ARGV[14])
undispatch(ARGV[14])
if redis.call('ZREM', KEYS[3], ARGV[14]) == 1 then
  local bytes = redis.call('DECRBY', KEYS[6], redis.call('STRLEN', KEYS[7]))
  -- a job of an older version was never counted in
  if bytes <= 0 or redis.call('EXISTS', KEYS[3]) == 0 then redis.call('DEL', KEYS[6]) end
end
redis.call('DEL', KEYS[4])
letGo(KEYS[1], ARGV[14], ARGV[10])
if ARGV[12] ~= '' then
  redis.call('ZADD', KEYS[5], ARGV[12], ARGV[14])
  redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', ARGV[13])
end
redis.call('PEXPIREAT', KEYS[1], ARGV[10])
redis.call('PEXPIRE', KEYS[2], ARGV[11])
redis.call('PEXPIREAT', KEYS[7], ARGV[10])
for i = 16, #ARGV do
  local asset = prefix .. 'asset:' .. ARGV[i]
  if redis.call('PTTL', asset) == -1 then redis.call('ZADD', prefix .. 'assets:expiry', ARGV[10], ARGV[i])
  -- those of older versions expire by themselves
  else redis.call('PEXPIREAT', asset, ARGV[10]) end
end
return {'appended'}
`,
}

/** Each lost round means another writer won it, so this many in a row is a bug, not bad luck. */
const MAX_ROUNDS = 50

export class AppendContention extends Error {
  readonly code = 'append_contention'

  constructor(jobId: string) {
    super(`job ${jobId} changed faster than an event could be appended`)
    this.name = 'AppendContention'
  }
}

const replySchema = z.union([
  z.tuple([z.enum(['appended', 'gone', 'claim_lost', 'not_waiting'])]),
  z.tuple([z.literal('stale'), z.string()]),
])

/** A snapshot, and whether the store itself said so in this call. */
type Seen = { snapshot: Snapshot; fresh: boolean }

export function createAppend(context: StoreContext): JobStore['append'] {
  const write = createWrite(context)
  return async (jobId, decide, options = {}) => {
    let seen: Seen | null = options.known ? { snapshot: options.known, fresh: false } : null
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      if (!seen) {
        const stored = await readStored(context, jobId)
        if (!stored) return { outcome: 'gone' }
        if (options.token !== undefined && stored.token !== options.token) {
          return { outcome: 'claim_lost' }
        }
        seen = { snapshot: stored.snapshot, fresh: true }
      }
      const body = permitted(seen.snapshot, decide)
      if (!body) {
        if (seen.fresh) return { outcome: 'declined', snapshot: seen.snapshot }
        // "no" on old knowledge is not an answer
        seen = null
        continue
      }
      const result: AppendResult | Seen = await write(seen.snapshot, body, options.token)
      if ('outcome' in result) return result
      seen = result
    }
    throw new AppendContention(jobId)
  }
}

/** The one place that refuses: nothing happens after the end, and status moves only along its arrows. */
function permitted(snapshot: Snapshot, decide: Decide): JobEventBody | null {
  if (isTerminal(snapshot.status)) return null
  const body = decide(snapshot)
  if (body?.type === 'status' && !canMove(snapshot.status, body.status)) return null
  return body
}

/** Writes one event after the one that the snapshot ends with; what may be written is decided elsewhere. */
export function createWrite({ redis, keys, now, timings, ...context }: StoreContext) {
  const append = bindScript(redis, APPEND)
  return async (
    snapshot: Snapshot,
    body: JobEventBody,
    token: number | undefined,
  ): Promise<AppendResult | Seen> => {
    const { jobId } = snapshot
    const event = toEvent(snapshot, body, { ts: await now(), ...context })
    const next = reduceJob(snapshot, event)
    const end = isTerminal(next.status)
    // before the end nothing expires, so nothing else is named
    const withRecord = end ? [keys.workflow(jobId)] : []
    const { ts, stamp: eventId } = event
    const reply = await append(
      [
        keys.job(jobId),
        keys.events(jobId),
        keys.open,
        keys.secrets(jobId),
        keys.deadLetters,
        keys.openBytes,
        ...withRecord,
      ],
      [
        keys.prefix,
        snapshot.stamp,
        token ?? '',
        next.seq,
        JSON.stringify(next),
        JSON.stringify(event),
        eventId,
        keys.live(jobId),
        STREAM_LENGTH,
        end ? Math.round(next.expiresAt + timings.recordSlackMs) : '',
        timings.streamAfterEndMs,
        end && next.deadLetter ? ts : '',
        ts - context.deadLetterRetentionMs,
        jobId,
        body.type === 'status' && body.priority !== undefined ? toBand(body.priority) : '',
        ...(end ? next.outputs.map(({ id }) => id) : []),
      ],
    )
    const [outcome, stored] = replySchema.parse(reply)
    if (outcome === 'appended') return { outcome, snapshot: next }
    if (outcome === 'stale') return { snapshot: parseSnapshot(stored), fresh: true }
    return { outcome }
  }
}

function toEvent(
  snapshot: Snapshot,
  body: JobEventBody,
  time: { ts: number } & Pick<StoreContext, 'retentionMs' | 'deadLetterRetentionMs'>,
): JobEvent {
  const { jobId, seq, stamp: previousEventId } = snapshot
  const envelope = {
    jobId,
    seq: seq + 1,
    ts: time.ts,
    stamp: newEventId(),
    follows: previousEventId,
  }
  const ends = body.type === 'status' && isTerminal(body.status)
  const keptMs =
    ends && body.deadLetter
      ? Math.max(time.retentionMs, time.deadLetterRetentionMs)
      : time.retentionMs
  const expiry = ends && body.expiresAt === undefined ? { expiresAt: time.ts + keptMs } : {}
  // what JSON cannot carry (NaN) must fail here, in the writer, not in every later reader
  return jobEventSchema.parse({ ...body, ...expiry, ...envelope })
}

async function readStored({ redis, keys }: StoreContext, jobId: string) {
  const [token, ...record] = await ask(redis.hmget(keys.job(jobId), 'fence', 'v', 'snapshot'))
  const snapshot = parseRecord(record)
  return snapshot && { snapshot, token: Number(token) }
}
