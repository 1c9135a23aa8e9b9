/** The atomic steps of the backlog. ARGV 1 is always the prefix of all keys, KEYS 1 the record of the job, where there is one. */
import type { Script } from '../bind-script.ts'
import { CLAIM_RECORD } from '../jobs/claim-record.ts'
import { HOLD_ARGUMENTS, holdTicket } from '../queues/held-tickets.ts'
import { FREER } from './idle-hosts.ts'
import { PLACES } from './places.ts'

/** Deferred jobs that one step brings back at most. */
const DUE_AT_MOST = 100

/** Dispatches whose virtual time is remembered: with more slots than that, newcomers are credited for fewer. */
const PAST_AT_MOST = 500
const TRIMMED_AT_ONCE = 100
/** Owners of a pool whose last job is remembered: anybody may make up names. Who has had the least goes first. */
export const OWNERS_AT_MOST = 10_000

/**
 * KEYS 1 deferred jobs (ZSET)
 * Returns [ms until the next one's time has come ('' when there is none), then jobId and pool of each that is back].
 * Channels: none.
 */
export const BRING_BACK: Script = {
  name: 'safelightBringBack',
  lua: `${PLACES}
local now, back = timeNow(), {''}
for _, jobId in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ${DUE_AT_MOST})) do
  redis.call('ZREM', KEYS[1], jobId)
  local pool = redis.call('HGET', recordOf(jobId), 'pool')
  if pool then
    enter(jobId)
    table.insert(back, jobId)
    table.insert(back, pool)
  end
end
local nextOne = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if nextOne[2] then back[1] = whole(math.max(0, number(nextOne[2]) - now)) end
return back
`,
}

/**
 * KEYS 1 record (HASH) · 2 workflow (STRING) · 3 secrets (STRING)
 * ARGV 2 jobId · 3 hostId · 4 slots of the host · 5 jobs of an owner that may have a slot at once (0: no limit)
 *      6 JSON of the other hosts that might have it · 7 workerId · 8 '1' when the host has prompts of other people, or is in trouble
 *      9 to 14 the ticket that it has at once, as of `holdTicket` (9 is '' for none) · 15… the jobs that are overtaken for it
 * Who has its ticket has claimed it, unless a newer Safelight wrote the record.
 * A drain is asked for, a prompt that stands still there (`host-stuck`) is not: nobody acts upon that word, and what is
 * given there before its worker has read it goes elsewhere, which counts as a lost host and no attempt of its own. A worker
 * that saw the prompt go knows better than the record, which whoever takes it away may be too late with, or die before.
 * Returns ['dispatched', how often it has been, what `claim` of `CLAIM_RECORD` does (not without a claim)]; ['gone'] when the job does not wait any more; ['full'] when the host
 *   has no free slot; ['freer', hostId] when it has others, and that one has none, of those named or of another worker; ['owner_full'] when its owner has all
 *   it may have; ['drained', JSON of the drain] when somebody wants the host left alone.
 * Channels: none.
 */
export const DISPATCH: Script = {
  name: 'safelightDispatch',
  lua: `${PLACES}${FREER}${holdTicket(9)}${CLAIM_RECORD}
local at = redis.call('HMGET', KEYS[1], 'pool', 'owner', 'start', 'finish', 'cost', 'dispatches', 'v', 'fence', 'snapshot', 'run', 'held', 'lost', 'trace', 'wanted', 'wantedUntil')
local stored = {at[7], at[8], at[9], at[10], at[11], at[12], at[13]}
if not at[1] or not redis.call('ZSCORE', backlogOf(at[1]), ARGV[2]) then
  -- the same once more, sent by a client whose connection broke before the answer
  if ARGV[9] == '' or not at[6] or not holds(ARGV[2] .. '.' .. at[6]) then return {'gone'} end
  if isTooNew(at[7]) then return {'dispatched', number(at[6])} end
  return {'dispatched', number(at[6]), claimed(KEYS, number(at[8]), stored, at[12] or '', 0)}
end
-- an older version, which knows of no backlog, has ended it
if not redis.call('ZSCORE', prefix .. 'open', ARGV[2]) then leave(ARGV[2]) return {'gone'} end
-- here and not only where workers look now and then: whoever is told that a host is drained may unplug it
local drain = redis.call('HGET', prefix .. 'host-drains', ARGV[3])
if drain then return {'drained', drain} end
local there = countOn(ARGV[3])
if there >= number(ARGV[4]) then return {'full'} end
-- whoever asks has not seen what others have done since its last look
if there > 0 then
  for _, other in ipairs(cjson.decode(ARGV[6])) do
    if countOn(other) == 0 then return {'freer', other} end
  end
end
if there > 0 or ARGV[8] ~= '' then
  local freer = freerFor(ARGV[2], at[1], ARGV[3], ARGV[7], at[14], at[15])
  if freer then return {'freer', freer} end
end
local running = prefix .. 'running:' .. at[2]
if number(ARGV[5]) > 0 and redis.call('SCARD', running) >= number(ARGV[5]) then return {'owner_full'} end
local backlog = backlogOf(at[1])
local shares, past, last = backlog .. ':shares', backlog .. ':past', backlog .. ':last'
local first = redis.call('ZRANGE', backlog .. ':of:' .. at[2], 0, 0)[1]
local start = number(at[3])
if first and first ~= ARGV[2] then start = math.min(start, number(redis.call('HGET', recordOf(first), 'start') or at[3])) end
leaveBacklog(ARGV[2], at[1], at[2], at[5])
if at[14] then redis.call('HDEL', KEYS[1], 'wanted', 'wantedUntil', 'wantedWorth') end
local now = whole(timeNow())
local times = dispatchTo(ARGV[2], ARGV[3], at[1], at[2], now)
if ARGV[9] ~= '' then holdTicket(ARGV[2] .. '.' .. times, now) end
local before = number(redis.call('HGET', shares, ':now'))
local v = whole(math.max(before, start))
if start > before then redis.call('HSET', shares, ':now', v) end
if redis.call('LPUSH', past, v) > ${PAST_AT_MOST + TRIMMED_AT_ONCE} then redis.call('LTRIM', past, 0, ${PAST_AT_MOST - 1}) end
if redis.call('ZADD', last, 'GT', whole(number(at[4])), at[2]) == 1 then
  redis.call('ZREMRANGEBYRANK', last, 0, -${OWNERS_AT_MOST + 1})
end
for i = ${9 + HOLD_ARGUMENTS}, #ARGV do
  if redis.call('HEXISTS', recordOf(ARGV[i]), 'pool') == 1 then
    redis.call('HINCRBY', recordOf(ARGV[i]), 'overtaken', 1)
    redis.call('HSETNX', recordOf(ARGV[i]), 'overtakenAt', now)
  end
end
if ARGV[9] == '' or isTooNew(at[7]) then return {'dispatched', times} end
return {'dispatched', times, claim(KEYS, stored, number(now), false)}
`,
}

/**
 * KEYS 1 record (HASH)
 * ARGV 2 jobId
 * Returns 1 when the job waits and no other has been taken back for it yet, else 0.
 * Channels: none.
 */
export const MAKE_ROOM: Script = {
  name: 'safelightMakeRoom',
  lua: `${PLACES}
local pool = redis.call('HGET', KEYS[1], 'pool')
if not pool or not redis.call('ZSCORE', backlogOf(pool), ARGV[2]) then return 0 end
return redis.call('HSETNX', KEYS[1], 'room', 1)
`,
}

/**
 * KEYS 1 record (HASH)
 * ARGV 2 jobId · 3 fencing token of who had it in hand ('' for the reconciler) · 4 ms for which it is deferred (0: none)
 *      5 its needs JSON from now on ('' to leave them)
 * Returns 'waiting'; 'gone' when there is no such job, or it has ended; 'claim_lost' when another worker has claimed it.
 * Channels: none.
 */
export const PUT_BACK: Script = {
  name: 'safelightPutBack',
  lua: `${PLACES}
local at = redis.call('HMGET', KEYS[1], 'fence', 'pool')
if not at[2] or not redis.call('ZSCORE', prefix .. 'open', ARGV[2]) then return 'gone' end
if ARGV[3] ~= '' and at[1] ~= ARGV[3] then return 'claim_lost' end
undispatch(ARGV[2])
leave(ARGV[2])
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'needs', ARGV[5]) end
if number(ARGV[4]) > 0 then redis.call('ZADD', prefix .. 'deferred', whole(timeNow() + number(ARGV[4])), ARGV[2])
else enter(ARGV[2]) end
return 'waiting'
`,
}

/**
 * KEYS 1 record (HASH)
 * ARGV 2 jobId · 3 fencing token · 4 the host on whose collect queue it gets a ticket ('' when it keeps the one it has)
 * Returns how often it has been dispatched when it is collected from now on; 0 when another worker has claimed the job, or it is nowhere.
 * Channels: none.
 */
export const TO_COLLECT: Script = {
  name: 'safelightToCollect',
  lua: `${PLACES}
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[3] then return 0 end
return toCollect(ARGV[2], ARGV[3], ARGV[4])
`,
}

/**
 * KEYS 1 record (HASH)
 * ARGV 2 jobId · 3 pool · 4 owner · 5 band · 6 cost · 7 needs JSON, for a job that never had a place · 8 hostId, for one
 *   whose prompt is there ('' for none) · 9 ms until which it is deferred ('' for none) · 10 times a job may be nowhere
 *      11 weight of the owner
 * Returns ['waiting'], ['dispatched', how often it has been], ['elsewhere'] when it is in a place or has ended, or
 *   ['lost'] when it has been nowhere too often.
 * Channels: none.
 */
export const RESTORE: Script = {
  name: 'safelightRestore',
  lua: `${PLACES}
-- whoever found it nowhere may have been overtaken by another who did
if whereIs(ARGV[2]) ~= 'nowhere' then return {'elsewhere'} end
if redis.call('HEXISTS', KEYS[1], 'pool') == 0 then
  if ARGV[3] == '' then return {'elsewhere'} end
  place(ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[11])
elseif redis.call('HINCRBY', KEYS[1], 'strays', 1) >= number(ARGV[10]) then return {'lost'}
else
  undispatch(ARGV[2])
  enter(ARGV[2])
end
if ARGV[8] ~= '' then
  leave(ARGV[2])
  local at = redis.call('HMGET', KEYS[1], 'pool', 'owner')
  return {'dispatched', dispatchTo(ARGV[2], ARGV[8], at[1], at[2], whole(timeNow()))}
end
if ARGV[9] ~= '' then
  leave(ARGV[2])
  redis.call('ZADD', prefix .. 'deferred', ARGV[9], ARGV[2])
end
return {'waiting'}
`,
}

/**
 * KEYS 1 open jobs (ZSET)
 * ARGV 2… jobIds
 * Returns how many of them have ended and were in a place all the same: an older version ended them.
 * Channels: none.
 */
export const RELEASE: Script = {
  name: 'safelightRelease',
  lua: `${PLACES}
local released = 0
for i = 2, #ARGV do
  if not redis.call('ZSCORE', KEYS[1], ARGV[i]) then
    leave(ARGV[i])
    undispatch(ARGV[i])
    released = released + 1
  end
end
return released
`,
}

/**
 * KEYS 1 hosts that have had a job (SET)
 * ARGV 2 hostId
 * Returns 1, or 0 when it has a job.
 * Channels: none.
 */
export const FORGET_HOST: Script = {
  name: 'safelightForgetHost',
  lua: `
local function count(stage) return redis.call('ZCARD', ARGV[1] .. stage .. ':' .. ARGV[2]) end
if count('dispatched') + count('collecting') > 0 then return 0 end
redis.call('SREM', KEYS[1], ARGV[2])
return 1
`,
}
