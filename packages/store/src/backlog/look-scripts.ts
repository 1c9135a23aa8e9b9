/** Scripts of the backlog that only look: where jobs are, and which are next. ARGV 1 is always the prefix of all keys. */
import type { Script } from '../bind-script.ts'
import { PLACES } from './places.ts'

/** Entries of a pool that one look goes through at most: an owner at its limit must not hide everybody else, and may have sent all there are. */
const SCAN_AT_MOST = 10_000

/**
 * KEYS 1 deferred jobs (ZSET)
 * ARGV 2… jobIds
 * Returns where each of them is: 'backlog', 'deferred', 'execute <hostId>', 'collect <hostId>', 'nowhere', or 'ended'.
 * Channels: none.
 */
export const LOCATE: Script = {
  name: 'safelightLocate',
  lua: `${PLACES}
local found = {}
for i = 2, #ARGV do table.insert(found, whereIs(ARGV[i])) end
return found
`,
}

/** Jobs ahead whose costs are read; when there are more, so many of them are taken for all. */
const COSTS_READ_AT_MOST = 8
/** When these are all guesses, or none is, they mostly tell enough. */
const READ_FIRST = 3
/** Steps of this share of the line, from its end to its beginning: however many are made, they are spread over all of it. */
const STEP = (Math.sqrt(5) - 1) / 2

/**
 * KEYS 1 open jobs (ZSET)
 * ARGV 2… hostIds
 * Returns [jobIds that have a slot, in the order of their dispatch, jobIds that are collected] of each host; nothing at all when no job is open.
 * Channels: none.
 */
export const ON_HOSTS: Script = {
  name: 'safelightOnHosts',
  lua: `
if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
local found = {}
for i = 2, #ARGV do
  table.insert(found, {
    redis.call('ZRANGE', ARGV[1] .. 'dispatched:' .. ARGV[i], 0, -1),
    redis.call('ZRANGE', ARGV[1] .. 'collecting:' .. ARGV[i], 0, -1),
  })
end
return found
`,
}

/** Needs `PLACES`. Also for who has just given a job its place. */
export const POSITION_OF = `
-- ms that each of those ahead costs if it was measured, and the share of them that are guesses
local function sample(backlog, rank, isLast)
  local read, cost, guessed = 0, 0, 0
  local isLong = rank > ${COSTS_READ_AT_MOST}
  while read < math.min(rank, ${COSTS_READ_AT_MOST}) do
    if isLong and read == ${READ_FIRST} and (guessed == read or guessed == 0 and isLast) then break end
    local place = isLong and math.floor(((read + 0.5) * ${STEP}) % 1 * rank) or read
    local at = redis.call('HMGET', recordOf(redis.call('ZRANGE', backlog, place, place)[1]), 'cost', 'guessed')
    if at[2] then guessed = guessed + 1 else cost = cost + number(at[1]) end
    read = read + 1
  end
  return {cost / math.max(1, read), guessed / math.max(1, read)}
end

local samples = {}
local function costsAhead(backlog, rank, own)
  -- the last of all, as mostly who has just come, has all others ahead: what those cost is kept
  local isLast = rank > ${COSTS_READ_AT_MOST} and redis.call('ZCARD', backlog) == rank + 1
  -- neighbours in a long line have as good as the same ahead
  local near = isLast and 'last' or math.floor(16 * math.log(math.max(1, rank)))
  if rank <= ${COSTS_READ_AT_MOST} then near = rank end
  local key = backlog .. ' ' .. near
  samples[key] = samples[key] or sample(backlog, rank, isLast)
  local each, guesses = unpack(samples[key])
  if isLast and guesses == 0 then
    return math.max(0, number(redis.call('HGET', backlog .. ':shares', ':cost')) - own), 0
  end
  return each * rank, guesses * rank
end

-- at: its pool and cost, and whether that is a guess
local function positionAt(jobId, at)
  local backlog = backlogOf(at[1])
  local rank = redis.call('ZRANK', backlog, jobId)
  if not rank then return nil end
  local cost, guessed = costsAhead(backlog, rank, number(at[2]))
  return {at[1], rank, whole(cost), whole(guessed), whole(number(at[2])), at[3] and 1 or 0, redis.call('SCARD', backlog .. ':running')}
end

local function positionOf(jobId)
  local at = redis.call('HMGET', recordOf(jobId), 'pool', 'cost', 'guessed')
  return at[1] and positionAt(jobId, at) or nil
end
`

/**
 * ARGV 2… jobIds
 * Returns of each [its pool, jobs ahead of it there, what those cost together whose cost was measured, how many of them are guesses, what
 *   it costs itself, 1 when that is a guess, jobs of the pool that have a slot], or nil when it does not wait.
 * Channels: none.
 */
export const POSITIONS: Script = {
  name: 'safelightPositions',
  lua: `${PLACES}${POSITION_OF}
local found = {}
for i = 2, #ARGV do found[#found + 1] = positionOf(ARGV[i]) or false end
return found
`,
}

/**
 * ARGV 2 jobs per pool at most · 3 eligible ones to skip · 4 ms after which a job goes before all others ('' for never)
 *      5 jobs of an owner that may have a slot at once (0: no limit) · then the pools
 * Returns rows [jobId, pool, finish − V, band, needs JSON, times overtaken, ms overtaken first ('' for never), 1 when it
 *   has waited too long], best first within each pool.
 * Channels: none.
 */
export const CANDIDATES: Script = {
  name: 'safelightCandidates',
  lua: `${PLACES}
local most, limit, rows = number(ARGV[2]), number(ARGV[5]), {}
local full = {}
local function mayRun(owner)
  if full[owner] == nil then full[owner] = redis.call('SCARD', prefix .. 'running:' .. owner) >= limit end
  return not full[owner]
end
local function row(jobId, pool, v, aged)
  -- many may be passed over: what they need is not read for that
  if limit > 0 and not mayRun(redis.call('HGET', recordOf(jobId), 'owner') or '') then return nil end
  local at = redis.call('HMGET', recordOf(jobId), 'finish', 'band', 'needs', 'overtaken', 'overtakenAt')
  if not at[1] then return nil end
  return {jobId, pool, whole(number(at[1]) - v), at[2], at[3], at[4] or '0', at[5] or '', aged}
end
for i = 6, #ARGV do
  local backlog = backlogOf(ARGV[i])
  local v = number(redis.call('HGET', backlog .. ':shares', ':now'))
  local seen, skip, found = {}, number(ARGV[3]), 0
  local function add(ids, aged)
    for _, jobId in ipairs(ids) do
      if found == most then return end
      local candidate = not seen[jobId] and row(jobId, ARGV[i], v, aged)
      seen[jobId] = true
      if candidate and skip > 0 then skip = skip - 1
      elseif candidate then found = found + 1; table.insert(rows, candidate) end
    end
  end
  local function scan(aged, read)
    for from = 0, ${SCAN_AT_MOST - 1}, 100 do
      local ids = read(from)
      add(ids, aged)
      if #ids < 100 or found == most then break end
    end
  end
  if ARGV[4] ~= '' then
    scan(1, function(from)
      return redis.call('ZRANGEBYSCORE', backlog .. ':since', '-inf', timeNow() - number(ARGV[4]), 'LIMIT', from, 100)
    end)
  end
  scan(0, function(from) return redis.call('ZRANGE', backlog, from, from + 99) end)
end
return rows
`,
}
