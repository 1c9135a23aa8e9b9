/**
 * The atomic steps of assets and blobs, in Lua.
 *
 * Bytes are written under a key that nobody has used before; only then is it known what they are, by their hash. A key is
 * `pending` while they are written, a blob's when an asset refers to it, in the `trash` when nothing does. From there it
 * never comes back: whoever uploads the same bytes meanwhile has a key of its own, so that removing what is in the trash
 * cannot hit anything that is needed, however late it is done.
 *
 * ARGV 1 is the prefix of all keys.
 */
import type { Script } from '../bind-script.ts'

/** Of blobs, for every script that takes an asset away. */
export const BLOBS = `
local prefix = ARGV[1]
local function blobOf(hex) return prefix .. 'blob:' .. hex end
local function refsOf(hex) return prefix .. 'blob:' .. hex .. ':refs' end
local function timeNow()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function discard(key) redis.call('ZADD', prefix .. 'blobs:trash', timeNow(), key) end
local function hexOf(json) return string.match(cjson.decode(json).hash, '^blake3:(%x+)$') end
-- the last reference takes the blob along, and the thumbnails made of it
local function release(hex, id)
  redis.call('SREM', refsOf(hex), id)
  if redis.call('SCARD', refsOf(hex)) > 0 then return end
  local fields = redis.call('HGETALL', blobOf(hex))
  redis.call('DEL', blobOf(hex))
  for at = 1, #fields, 2 do
    local key = fields[at + 1]
    if string.sub(fields[at], 1, 6) == 'thumb:' then key = string.match(key, '^%d+ (.+)$') end
    if fields[at] ~= 'size' and key then discard(key) end
  end
end
`

/**
 * KEYS 1 asset (STRING) · 2 assets (ZSET by ms created) · 3 their expiry (ZSET by ms)
 * ARGV 2 asset id · 3 asset JSON · 4 ms created · 5 ms it expires ('' for never) · 6 hash (hex) · 7 key of the bytes ('' for
 *   those that are there) · 8 their size
 * Returns ['minted', '1' when the bytes are new here, the key that is spare ('' for none), '0' when the asset was
 *   made of the same bytes before], ['swept'] when the key was
 *   given up because the writing took too long, or ['no_blob'].
 */
export const MINT: Script = {
  name: 'safelightMintAsset',
  lua: `${BLOBS}
local id, hex, mine = ARGV[2], ARGV[6], ARGV[7]
local theirs = redis.call('HGET', blobOf(hex), 'key')
-- from here on it is refused only when it was not there
local isPending = mine ~= '' and redis.call('ZREM', prefix .. 'blobs:pending', mine) == 1
if mine == '' then
  if not theirs then return {'no_blob'} end
elseif not isPending then
  -- the same call once more, because its answer got lost
  if theirs == mine and redis.call('SISMEMBER', refsOf(hex), id) == 1 then return {'minted', '1', '', '1'} end
  if theirs and redis.call('SISMEMBER', refsOf(hex), id) == 1 then return {'minted', '0', mine, '1'} end
  return {'swept'}
end
-- first what can be refused: a script that fails half-way is not rolled back
local before = redis.call('GET', KEYS[1])
redis.call('SET', KEYS[1], ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[4], id)
if ARGV[5] == '' then redis.call('ZREM', KEYS[3], id) else redis.call('ZADD', KEYS[3], ARGV[5], id) end
redis.call('SADD', refsOf(hex), id)
local spare = ''
if mine ~= '' then
  if theirs then
    spare = mine
    discard(mine)
  else
    redis.call('HSET', blobOf(hex), 'key', mine, 'size', ARGV[8])
  end
end
-- a file of this name was made again, otherwise
local was = before and hexOf(before)
if was and was ~= hex then release(was, id) end
return {'minted', theirs and '0' or '1', spare, was == hex and '0' or '1'}
`,
}

/**
 * KEYS 1 asset · 2 assets · 3 their expiry · 4 jobs that need it (SET)
 * ARGV 2 asset id · 3 'deleted' or 'expired' · 4 ms until one that is needed is looked at again
 * Returns 'gone', 'in_use', or 'kept' (it does not expire yet) or 'removed'.
 */
export const REMOVE: Script = {
  name: 'safelightRemoveAsset',
  lua: `${BLOBS}
local id = ARGV[2]
local json = redis.call('GET', KEYS[1])
if not json then
  redis.call('ZREM', KEYS[2], id)
  redis.call('ZREM', KEYS[3], id)
  return 'gone'
end
local isExpired = ARGV[3] == 'expired'
local expiry = redis.call('ZSCORE', KEYS[3], id)
if isExpired and (not expiry or tonumber(expiry) > timeNow()) then return 'kept' end
local job = cjson.decode(json).job_id
local isNeeded = redis.call('SCARD', KEYS[4]) > 0
if not isNeeded and type(job) == 'string' then
  isNeeded = redis.call('EXISTS', prefix .. 'job:' .. job) == 1
end
if isNeeded then
  if isExpired then redis.call('ZADD', KEYS[3], timeNow() + ARGV[4], id) end
  return 'in_use'
end
redis.call('DEL', KEYS[1], KEYS[4])
redis.call('ZREM', KEYS[2], id)
redis.call('ZREM', KEYS[3], id)
release(hexOf(json), id)
return 'removed'
`,
}

/**
 * Keys whose writing took too long go to the trash: their writers are dead, or will be refused.
 * ARGV 2 ms before which it began
 * Returns how many.
 */
export const GIVE_UP: Script = {
  name: 'safelightGiveUpWrites',
  lua: `${BLOBS}
local late = redis.call('ZRANGEBYSCORE', prefix .. 'blobs:pending', '-inf', ARGV[2])
for _, key in ipairs(late) do
  redis.call('ZREM', prefix .. 'blobs:pending', key)
  discard(key)
end
return #late
`,
}

/**
 * ARGV 2 key
 * A write that failed: what there is of it goes to the trash.
 * Returns 1, or 0 when it is not pending.
 */
export const ABANDON: Script = {
  name: 'safelightAbandonWrite',
  lua: `${BLOBS}
if redis.call('ZREM', prefix .. 'blobs:pending', ARGV[2]) == 0 then return 0 end
discard(ARGV[2])
return 1
`,
}

/**
 * A thumbnail is written: it belongs to the blob from now on, and goes with it.
 * ARGV 2 hash (hex) · 3 width · 4 key of the thumbnail · 5 its size
 * Returns '<size> <key>' of the one that counts (another may have been faster), or '' when the blob is gone.
 */
export const KEEP_THUMBNAIL: Script = {
  name: 'safelightKeepThumbnail',
  lua: `${BLOBS}
local hex, mine = ARGV[2], ARGV[4]
local field, value = 'thumb:' .. ARGV[3], ARGV[5] .. ' ' .. mine
local theirs = redis.call('HGET', blobOf(hex), field)
-- the same call once more, because its answer got lost
if theirs == value then return value end
local isPending = redis.call('ZREM', prefix .. 'blobs:pending', mine) == 1
if isPending and not theirs and redis.call('EXISTS', blobOf(hex)) == 1 then
  redis.call('HSET', blobOf(hex), field, value)
  return value
end
if isPending then discard(mine) end
return theirs or ''
`,
}
