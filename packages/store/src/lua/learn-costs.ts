/** Script `learn-costs`: moves learned node costs toward what was just measured. */
import type { Script } from './bind-script.ts'

/**
 * KEYS 1 costs (HASH class → JSON `{ms}`)
 * ARGV 1 weight of a sample, 0 to 1 · then pairs of class, ms
 * Returns the number of classes learned.
 * Channels: none.
 */
export const LEARN_COSTS: Script = {
  name: 'safelightLearnCosts',
  lua: `
local weight = tonumber(ARGV[1])
for i = 2, #ARGV, 2 do
  local ms = tonumber(ARGV[i + 1])
  local known = redis.call('HGET', KEYS[1], ARGV[i])
  if known then ms = cjson.decode(known).ms * (1 - weight) + ms * weight end
  redis.call('HSET', KEYS[1], ARGV[i], string.format('{"ms":%.3f}', ms))
end
return (#ARGV - 1) / 2
`,
}
