/** Writing events after the one that a snapshot ends with, in one script; what may be written is decided elsewhere. */
import { z } from 'zod'
import { isTerminal, type JobEventBody, type Snapshot } from '@safelight/shared'
import type { AppendOptions, AppendResult } from '../job-store.ts'
import { bindScript, type Script } from '../bind-script.ts'
import { HOLDS } from '../assets/holds.ts'
import { PLACES } from '../backlog/places.ts'
import { toAttemptJson } from './attempt-record.ts'
import { STREAM_LENGTH, type StoreContext } from './context.ts'
import { toBand } from './first-snapshot.ts'
import { toEvents } from './next-events.ts'
import { parseSnapshot } from './record.ts'

/**
 * What both scripts do: the events go to stream and channel, and what they make of the job into its record.
 *
 * KEYS 1 record (HASH) · 2 events (STREAM)
 * ARGV 1 prefix of all keys · 2 eventId the writer saw last (field `stamp`) · 3 fencing token or '' · 4 seq of the first event
 *      5 next snapshot JSON · 6 eventId of the last event · 7 live channel · 8 stream length · `first`… JSON of the events
 */
const writeFrom = (
  first: number,
  { check = '', fields = '', reads = '', done = `{'appended'}` } = {},
) => `
local stored = redis.call('HMGET', KEYS[1], 'stamp', 'fence'${reads})
if not stored[1] then return {'gone'} end
-- the same write again, sent once more by a client whose connection broke before the answer
if stored[1] == ARGV[6] then return ${done} end
if ARGV[3] ~= '' and stored[2] ~= ARGV[3] then return {'claim_lost'} end
-- the eventId, not the number: after a loss another history may have grown to the same number
if stored[1] ~= ARGV[2] then return {'stale', redis.call('HGET', KEYS[1], 'snapshot')} end
${check}
local function seqOf(i) return string.format('%.0f', ARGV[4] + i - ${first}) end
-- first what can be refused: a script that fails half-way is not rolled back
for i = ${first}, #ARGV do
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[8], '0-' .. seqOf(i), 'e', ARGV[i])
end
redis.call('HSET', KEYS[1], 'snapshot', ARGV[5], 'seq', seqOf(#ARGV), 'stamp', ARGV[6]${fields})
for i = ${first}, #ARGV do redis.call('PUBLISH', ARGV[7], ARGV[i]) end
`

/**
 * KEYS and ARGV as of `writeFrom`, the events from 9.
 * Returns ['appended'], ['gone'], ['claim_lost'], or ['stale', stored snapshot JSON].
 * Channels: publishes the JSON of each event on the live channel.
 */
const APPEND: Script = {
  name: 'safelightAppend',
  lua: `${writeFrom(9)}
return {'appended'}
`,
}

/**
 * Events under a claim, with what its worker has to note of the attempt.
 *
 * KEYS as of `writeFrom` · ARGV 1 to 8 as of `writeFrom` · 9 attempt JSON · 10 jobId, when its execution is over and its slot
 *      is another job's from now on ('' else) · 11… JSON of the events
 * Returns and channels: as `APPEND`; ['claim_lost'] also when it is on no host any more.
 */
const APPEND_AND_NOTE: Script = {
  name: 'safelightAppendAndNote',
  lua: `${PLACES}
${writeFrom(11, { fields: `, 'run', ARGV[9]` })}
if ARGV[10] ~= '' and toCollect(ARGV[10], ARGV[3], '') == 0 then return {'claim_lost'} end
return {'appended'}
`,
}

/**
 * Events that change the place of the job, too: its end, another priority, or that its cancel was asked for.
 *
 * KEYS 1 and 2 as of `writeFrom` · 3 open jobs (ZSET) · 4 secrets (STRING) · 5 dead letters (ZSET)
 *      6 bytes of the workflows of open jobs (STRING) · 7 the workflow (STRING), which lives as long as the record, as its outputs do
 *      8 canceling jobs (ZSET)
 * ARGV 1 to 8 as of `writeFrom` · 9 jobId · 10 its band from now on ('' for the same)
 *      11 ms when the record goes ('' before the end) · 12 ms the stream stays after the end
 *      13 ms failed ('' unless a dead letter) · 14 dead letters older than this ms have expired
 *      15 ids of its outputs, with spaces between · 16 ms its cancel was asked for, `over` when that is what ends ('' otherwise) · 17… JSON of the events
 * Returns what `APPEND` does, with its trace ('' for none) behind 'appended'; or ['not_waiting'] when it has a slot, so that its
 *   priority means nothing any more.
 * Channels: as `APPEND`.
 */
const APPEND_AND_MOVE: Script = {
  name: 'safelightAppendAndMove',
  lua: `${PLACES}${HOLDS}
-- where it stood in the line is of no use after its end, unless it may be repeated; its pool and its owner are
local function forgetPlace(record)
  redis.call('HDEL', record, 'needs', 'band', 'cost', 'guessed', 'weight', 'start', 'finish', 'since', 'room', 'overtaken', 'overtakenAt')
end
local function appended(stored) return {'appended', stored[3] or ''} end
${writeFrom(17, { reads: `, 'trace'`, done: 'appended(stored)', check: `if ARGV[10] ~= '' and not waits(ARGV[9]) then return {'not_waiting'} end` })}
if ARGV[10] ~= '' then
  redis.call('HSET', KEYS[1], 'band', ARGV[10])
  if not redis.call('ZSCORE', prefix .. 'deferred', ARGV[9]) then enter(ARGV[9]) end
end
if ARGV[16] == 'over' then redis.call('ZREM', KEYS[8], ARGV[9])
elseif ARGV[16] ~= '' then redis.call('ZADD', KEYS[8], ARGV[16], ARGV[9]) end
if ARGV[11] == '' then return appended(stored) end
-- it waits no longer, and has no slot
if not undispatch(ARGV[9]) then leave(ARGV[9]) end
if redis.call('ZREM', KEYS[3], ARGV[9]) == 1 then
  local bytes = redis.call('DECRBY', KEYS[6], redis.call('STRLEN', KEYS[7]))
  -- a job of an older version was never counted in
  if bytes <= 0 or redis.call('EXISTS', KEYS[3]) == 0 then redis.call('DEL', KEYS[6]) end
end
redis.call('DEL', KEYS[4])
letGo(KEYS[1], ARGV[9], ARGV[11])
if ARGV[13] ~= '' then
  redis.call('ZADD', KEYS[5], ARGV[13], ARGV[9])
  redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', ARGV[14])
else forgetPlace(KEYS[1]) end
redis.call('PEXPIREAT', KEYS[1], ARGV[11])
redis.call('PEXPIRE', KEYS[2], ARGV[12])
redis.call('PEXPIREAT', KEYS[7], ARGV[11])
for id in string.gmatch(ARGV[15], '%S+') do
  local asset = prefix .. 'asset:' .. id
  if redis.call('PTTL', asset) == -1 then
    -- another job that refers to it may be kept for longer
    local needed = number(redis.call('ZSCORE', prefix .. 'assets:needed', id))
    redis.call('ZADD', prefix .. 'assets:expiry', needed > number(ARGV[11]) and whole(needed) or ARGV[11], id)
  -- those of older versions expire by themselves
  else redis.call('PEXPIREAT', asset, ARGV[11]) end
end
return appended(stored)
`,
}

const replySchema = z.union([
  z.tuple([z.enum(['appended', 'gone', 'claim_lost', 'not_waiting'])]),
  z.tuple([z.enum(['stale', 'appended']), z.string()]),
])

/** A snapshot, and whether the store itself said so in this call. */
export type Seen = { snapshot: Snapshot; fresh: boolean }

/** @param bodies one at least */
export type WriteEvents = (
  snapshot: Snapshot,
  bodies: readonly JobEventBody[],
  options: Pick<AppendOptions, 'token' | 'also'>,
) => Promise<AppendResult | Seen>

export function createWrite(context: StoreContext): WriteEvents {
  const { keys, now, timings } = context
  const append = bindScript(context.redis, APPEND)
  const appendAndMove = bindScript(context.redis, APPEND_AND_MOVE)
  const appendAndNote = bindScript(context.redis, APPEND_AND_NOTE)
  return async (snapshot, bodies, { token, also }) => {
    const { jobId } = snapshot
    const ts = await now()
    const { events, next } = toEvents(snapshot, bodies, { ...context, ts })
    const record = [keys.job(jobId), keys.events(jobId)]
    const written = [
      keys.prefix,
      snapshot.stamp,
      token ?? '',
      snapshot.seq + 1,
      JSON.stringify(next),
      next.stamp,
      keys.live(jobId),
      STREAM_LENGTH,
    ]
    const told = events.map((event) => JSON.stringify(event))
    const sentAt = performance.now()
    const end = isTerminal(next.status)
    const isAsked = next.status === 'canceling' && snapshot.status !== 'canceling'
    const moves = end || isAsked || bodies.some(isOfPriority)
    const { open, deadLetters, openBytes, canceling } = keys
    const places = [
      open,
      keys.secrets(jobId),
      deadLetters,
      openBytes,
      keys.workflow(jobId),
      canceling,
    ]
    // who has ended needs no successor
    const reply = moves
      ? await appendAndMove(
          [...record, ...places],
          [
            ...written,
            jobId,
            bodies.some(isOfPriority) ? toBand(next.priority) : '',
            end ? Math.round(next.expiresAt + timings.recordSlackMs) : '',
            timings.streamAfterEndMs,
            end && next.deadLetter ? ts : '',
            ts - context.deadLetterRetentionMs,
            end ? next.outputs.map(({ id }) => id).join(' ') : '',
            isAsked ? ts : end && snapshot.status === 'canceling' ? 'over' : '',
            ...told,
          ],
        )
      : also
        ? await appendAndNote(record, [
            ...written,
            toAttemptJson(also.attempt),
            also.freesSlot ? jobId : '',
            ...told,
          ])
        : await append(record, [...written, ...told])
    const [outcome, stored = ''] = replySchema.parse(reply)
    if (outcome === 'appended') {
      tell(context, {
        snapshot,
        next,
        bodies,
        ms: performance.now() - sentAt,
        trace: stored || null,
      })
      return { outcome, snapshot: next }
    }
    if (outcome === 'stale') return { snapshot: parseSnapshot(stored), fresh: true }
    return { outcome }
  }
}

interface Written {
  /** Before. */
  snapshot: Snapshot
  next: Snapshot
  bodies: readonly JobEventBody[]
  ms: number
  /** Only told with its end. */
  trace: string | null
}

function tell({ emit }: StoreContext, { snapshot, next, bodies, ms, trace }: Written): void {
  const { jobId, status, attempt, times, createdAt: acceptedAt } = next
  emit('event:appended', { jobId, types: bodies.map(({ type }) => type), ms })
  if (!isTerminal(status)) return
  const { status: was } = snapshot
  const code = next.error?.code ?? null
  const end = { jobId, was, status, attempt, acceptedAt, trace, code }
  emit('job:ended', { ...end, times: { ...times } })
}

function isOfPriority(body: JobEventBody): boolean {
  return body.type === 'status' && body.priority !== undefined
}
