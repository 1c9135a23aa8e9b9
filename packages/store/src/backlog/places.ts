/**
 * The places of jobs, as Lua that every script shares which moves a job from one to another. A job that has not ended
 * is in one of them: in the backlog of its pool, deferred until a time, dispatched to a host, or collected from it.
 *
 * The fair order is start-time fair queuing. An owner's jobs stand one after the other on a line of virtual time, each
 * as long as its cost divided by the owner's weight; the line begins where the pool was (`V`, the start of the job
 * dispatched last) before what hosts have now was dispatched, for others have that already, or where the owner's last
 * job ends, whichever is later. Who is served next is who ends first:
 *
 *   start = max(V then, the owner's last finish)     finish = start + cost / weight
 *   score = band · 2^32 + 2^31 ± distance(finish − base)
 *
 * The band is the priority, highest first. The distance has the other 32 of the 53 bits of a score: to the millisecond
 * within 12 days of GPU time, by its logarithm beyond. So the long line of an owner with a small weight keeps its order,
 * and so does what has been passed by for long. `base` moves up with `V`, before what is next comes so far. Where a job
 * stands is kept in its record: handed back, it has its old place.
 *
 * A job that is served before others of its owner, for its priority or its models, moves `V` no further than the first of
 * them would: the rest of his line has not been served, and a newcomer does not belong behind it.
 *
 * ARGV 1 is the prefix of all keys; those beside the record are built here from what the record says.
 */

/** Fields of the record: `pool`, `owner`, `band`, `cost` (ms), `guessed` (the cost is), `weight`, `start`, `finish`, `since` (ms), `needs` (JSON), `host`, `stage`
 * (`execute`, `collect`), `carries` (see toCollect), `dispatches`, `overtaken`, `overtakenAt` (ms), `room` (another has been taken back for it), `wanted`, `wantedUntil` and `wantedWorth` (see idle-hosts.ts). */
export const PLACES = `
local prefix = ARGV[1]
local SPAN, EXACT = 4294967296, 1073741824
-- finishes stay below 2^53
local BEYOND = EXACT / math.log(2 ^ 23)
local function recordOf(jobId) return prefix .. 'job:' .. jobId end
local function backlogOf(pool) return prefix .. 'backlog:' .. pool end
local function number(value) return tonumber(value or 0) or 0 end
local function whole(value) return string.format('%.0f', value) end
local function timeNow()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- V as it was before what is on hosts was dispatched
local function vThen(backlog, vNow)
  local past, have = backlog .. ':past', redis.call('SCARD', backlog .. ':running')
  local v = have > 0 and (redis.call('LINDEX', past, have) or redis.call('LINDEX', past, -1))
  return number(v or vNow)
end

local function scoreOf(band, finish, base)
  local from = number(finish) - base
  local distance = math.abs(from)
  if distance > EXACT then
    distance = math.min(2 * EXACT - 1, EXACT + math.floor(BEYOND * math.log(distance / EXACT)))
  end
  return whole(number(band) * SPAN + 2 * EXACT + (from < 0 and -distance or distance))
end

local function rebase(pool, base)
  local backlog = backlogOf(pool)
  redis.call('HSET', backlog .. ':shares', ':base', whole(base))
  for _, jobId in ipairs(redis.call('ZRANGE', backlog, 0, -1)) do
    local at = redis.call('HMGET', recordOf(jobId), 'band', 'finish')
    redis.call('ZADD', backlog, scoreOf(at[1], at[2], base), jobId)
  end
end

local function sharesOf(pool) return redis.call('HMGET', backlogOf(pool) .. ':shares', ':base', ':now') end

-- at: its pool, owner, band, finish, since and cost
local function enterAt(jobId, at, shares)
  local backlog, base = backlogOf(at[1]), number(shares[1])
  if number(shares[2]) - base >= EXACT / 2 then
    base = number(shares[2])
    rebase(at[1], base)
  end
  redis.call('SADD', prefix .. 'pools', at[1])
  if redis.call('ZADD', backlog, scoreOf(at[3], at[4], base), jobId) == 1 then
    redis.call('HINCRBY', backlog .. ':shares', ':cost', at[6])
  end
  redis.call('ZADD', backlog .. ':of:' .. at[2], at[4], jobId)
  redis.call('ZADD', backlog .. ':since', at[5], jobId)
end

-- at the place that its record says
local function enter(jobId)
  local at = redis.call('HMGET', recordOf(jobId), 'pool', 'owner', 'band', 'finish', 'since', 'cost')
  enterAt(jobId, at, sharesOf(at[1]))
end

-- a place of its own, behind what its owner has waiting; the record is there
local function place(jobId, pool, owner, band, cost, needs, weight)
  local backlog, shares = backlogOf(pool), sharesOf(pool)
  local last = number(redis.call('ZSCORE', backlog .. ':last', owner))
  local waiting = redis.call('ZREVRANGE', backlog .. ':of:' .. owner, 0, 0, 'WITHSCORES')
  local start = math.max(vThen(backlog, shares[2]), last, number(waiting[2]))
  local finish, since = whole(start + math.max(1, number(cost) / number(weight))), whole(timeNow())
  redis.call('HSET', recordOf(jobId), 'pool', pool, 'owner', owner, 'band', band, 'cost', cost, 'weight', weight, 'needs', needs,
    'start', whole(start), 'finish', finish, 'since', since)
  enterAt(jobId, {pool, owner, band, finish, since, cost}, shares)
end

local function waits(jobId)
  local pool = redis.call('HGET', recordOf(jobId), 'pool')
  return pool and (redis.call('ZSCORE', backlogOf(pool), jobId) or redis.call('ZSCORE', prefix .. 'deferred', jobId))
end

-- out of the backlog; false when it was not there
local function leaveBacklog(jobId, pool, owner, cost)
  local backlog = backlogOf(pool)
  if redis.call('ZREM', backlog, jobId) == 0 then return false end
  redis.call('HINCRBY', backlog .. ':shares', ':cost', -number(cost))
  redis.call('ZREM', backlog .. ':of:' .. owner, jobId)
  redis.call('ZREM', backlog .. ':since', jobId)
  return true
end

-- out of the backlog, or from among the deferred; false when it was in neither
local function leave(jobId)
  local at = redis.call('HMGET', recordOf(jobId), 'pool', 'owner', 'cost')
  if not at[1] then return false end
  return leaveBacklog(jobId, at[1], at[2], at[3]) or redis.call('ZREM', prefix .. 'deferred', jobId) == 1
end

-- to the host where it has a slot from now on; returns how often it has been dispatched
local function dispatchTo(jobId, host, pool, owner, now)
  redis.call('SADD', backlogOf(pool) .. ':running', jobId)
  redis.call('HSET', recordOf(jobId), 'host', host, 'stage', 'execute')
  redis.call('ZADD', prefix .. 'dispatched:' .. host, now, jobId)
  redis.call('SADD', prefix .. 'running:' .. owner, jobId)
  redis.call('SADD', prefix .. 'dispatched-to', host)
  return redis.call('HINCRBY', recordOf(jobId), 'dispatches', 1)
end

-- gives up its slot
local function freeSlot(jobId, host, owner, pool)
  redis.call('SREM', backlogOf(pool or '') .. ':running', jobId)
  redis.call('SREM', prefix .. 'running:' .. owner, jobId)
  return redis.call('ZREM', prefix .. 'dispatched:' .. host, jobId)
end

-- Its slot is another job's, and what it made is carried away. Who keeps its ticket carries the job: that field is the fencing
-- token then. A claim of a version that knows nothing of it leaves another token, and the ticket that counts is one of the
-- collect queue again: that of its host, or of \`elsewhere\`. Returns how often it has been dispatched; 0 when it is nowhere.
local function toCollect(jobId, token, elsewhere)
  local at = redis.call('HMGET', recordOf(jobId), 'host', 'owner', 'dispatches', 'pool')
  if not at[1] then return 0 end
  local host = elsewhere == '' and at[1] or elsewhere
  local freed = freeSlot(jobId, at[1], at[2], at[4])
  if host ~= at[1] then redis.call('ZREM', prefix .. 'collecting:' .. at[1], jobId) end
  redis.call('HSET', recordOf(jobId), 'stage', 'collect', 'host', host, 'carries', elsewhere == '' and token or '')
  -- known since it was dispatched
  if freed == 0 or host ~= at[1] then redis.call('SADD', prefix .. 'dispatched-to', host) end
  redis.call('ZADD', prefix .. 'collecting:' .. host, whole(timeNow()), jobId)
  return number(at[3])
end

-- off the host where it was; false when it was on none
local function undispatch(jobId)
  local at = redis.call('HMGET', recordOf(jobId), 'host', 'owner', 'pool')
  if not at[1] then return false end
  redis.call('HDEL', recordOf(jobId), 'host', 'stage')
  -- one that is collected has given its slot up
  if redis.call('ZREM', prefix .. 'collecting:' .. at[1], jobId) == 0 then freeSlot(jobId, at[1], at[2], at[3]) end
  return true
end

-- 'backlog', 'deferred', 'execute <hostId>', 'collect <hostId>', 'nowhere', or 'ended'
local function whereIs(jobId)
  if not redis.call('ZSCORE', prefix .. 'open', jobId) then return 'ended' end
  if redis.call('ZSCORE', prefix .. 'deferred', jobId) then return 'deferred' end
  local at = redis.call('HMGET', recordOf(jobId), 'pool', 'host', 'stage')
  if at[1] and redis.call('ZSCORE', backlogOf(at[1]), jobId) then return 'backlog' end
  local there = prefix .. (at[3] == 'collect' and 'collecting:' or 'dispatched:')
  if at[2] and redis.call('ZSCORE', there .. at[2], jobId) then return at[3] .. ' ' .. at[2] end
  return 'nowhere'
end
`
