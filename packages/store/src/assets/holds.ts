/**
 * What jobs need of the assets that their workflows refer to, as Lua for the scripts that begin and end a job. An asset
 * is held from the moment that a job is accepted to its end, whatever ends it: until then nobody can remove it.
 *
 * Which they are is kept in the field `inputs` of the record (ids with spaces between): a record that nobody can read
 * lets go of them, too. Needs `prefix` and `timeNow` of the script that it is part of.
 */
export const HOLDS = `
local function assetOf(id) return prefix .. 'asset:' .. id end
local function inputsOf(record)
  local ids = {}
  for id in string.gmatch(redis.call('HGET', record, 'inputs') or '', '%S+') do ids[#ids + 1] = id end
  return ids
end
-- those that are there no longer, at this very moment
local function missingOf(ids)
  local missing = {}
  for _, id in ipairs(ids) do
    if redis.call('EXISTS', assetOf(id)) == 0 then missing[#missing + 1] = id end
  end
  return missing
end
-- it lives as long as the job's record at least, also when the job that made it ends later, or is purged
local function keepUntil(id, untilMs)
  redis.call('ZADD', prefix .. 'assets:needed', 'GT', untilMs, id)
  redis.call('ZREMRANGEBYSCORE', prefix .. 'assets:needed', '-inf', timeNow())
  redis.call('ZADD', prefix .. 'assets:expiry', 'XX', 'GT', untilMs, id)
  -- those of older versions expire by themselves
  local left = redis.call('PTTL', assetOf(id))
  if left > 0 and timeNow() + left < tonumber(untilMs) then redis.call('PEXPIREAT', assetOf(id), untilMs) end
end
local function hold(record, jobId, ids, untilMs)
  if #ids == 0 then return end
  redis.call('HSET', record, 'inputs', table.concat(ids, ' '))
  for _, id in ipairs(ids) do
    redis.call('SADD', assetOf(id) .. ':holds', jobId)
    keepUntil(id, untilMs)
  end
end
local function letGo(record, jobId, untilMs)
  for _, id in ipairs(inputsOf(record)) do
    redis.call('SREM', assetOf(id) .. ':holds', jobId)
    keepUntil(id, untilMs)
  end
end
`
