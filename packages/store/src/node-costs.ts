/** What nodes cost: the latest few measurements of each kind of work, for whoever makes an estimate of them. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from './keys.ts'
import { bindScript, type Script } from './bind-script.ts'
import { ask } from './redis-unavailable.ts'

/**
 * KEYS 1 measurements (HASH name → `<ms>@<mark of the host>`, with spaces between, the latest last) · 2 names by ms measured last (ZSET)
 * ARGV 1 how many of each are kept · 2 how many names · then pairs of name, new measurements
 * Returns how many names there are; those measured longest ago have gone.
 * Channels: none.
 */
const RECORD_COSTS: Script = {
  name: 'safelightRecordCosts',
  lua: `
local kept, names = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
for i = 3, #ARGV, 2 do
  local values = {}
  local all = (redis.call('HGET', KEYS[1], ARGV[i]) or '') .. ' ' .. ARGV[i + 1]
  for value in string.gmatch(all, '%S+') do table.insert(values, value) end
  redis.call('HSET', KEYS[1], ARGV[i], table.concat(values, ' ', math.max(1, #values - kept + 1)))
  redis.call('ZADD', KEYS[2], now, ARGV[i])
end
local over = redis.call('ZCARD', KEYS[2]) - names
if over > 0 then
  for _, name in ipairs(redis.call('ZRANGE', KEYS[2], 0, over - 1)) do
    redis.call('HDEL', KEYS[1], name)
    redis.call('ZREM', KEYS[2], name)
  end
end
return redis.call('ZCARD', KEYS[2])
`,
}

export interface StoredCost {
  ms: number
  /** A mark of whoever measured it: letters and digits. */
  by: string
}

/** Name → its latest measurements, the latest last. */
export type StoredCosts = ReadonlyMap<string, readonly StoredCost[]>
export type MeasuredCost = StoredCost & { name: string }

export interface NodeCosts {
  load(): Promise<StoredCosts>
  /** In one step, however many. What is no time, or has too long a name, is left out. */
  record(measured: readonly MeasuredCost[]): Promise<void>
}

/** Enough that a few odd ones do not count, few enough to notice a new GPU. */
const SAMPLES_KEPT = 9
/** Names come of workflows: anybody may make up sizes. Whose last measurement is oldest goes. */
export const COST_NAMES_AT_MOST = 2_000
const NAME_BYTES_AT_MOST = 512
const MARK = /^[a-z0-9]{1,16}$/
/** A week: no time, but a clock that jumped. */
const VALUE_AT_MOST = 7 * 24 * 3_600_000

export function createNodeCosts({ redis, keys }: { redis: Redis; keys: Keys }): NodeCosts {
  const record = bindScript(redis, RECORD_COSTS)
  return {
    async load() {
      const entries = Object.entries(await ask(redis.hgetall(keys.costs)))
      return new Map(entries.map(([name, text]) => [name, readValues(text)]))
    },
    async record(measured) {
      const usable = measured.filter(
        ({ name, ms, by }) =>
          ms >= 0 &&
          ms <= VALUE_AT_MOST &&
          Buffer.byteLength(name) <= NAME_BYTES_AT_MOST &&
          MARK.test(by),
      )
      if (usable.length === 0) return
      // a busy worker measures the same again and again: each name is written once
      const byName = new Map<string, string[]>()
      for (const { name, ms, by } of usable) {
        const known = byName.get(name) ?? []
        byName.set(name, [...known, `${ms.toPrecision(5)}@${by}`].slice(-SAMPLES_KEPT))
      }
      const pairs = [...byName].flatMap(([name, values]) => [name, values.join(' ')])
      const most = [SAMPLES_KEPT, COST_NAMES_AT_MOST]
      z.int().parse(await record([keys.costs, keys.costsMeasured], [...most, ...pairs]))
    },
  }
}

/** One that cannot be read is learned anew. */
function readValues(text: string): StoredCost[] {
  return text.split(' ').flatMap((value) => {
    const [ms = '', by = ''] = value.split('@')
    const number = ms === '' ? Number.NaN : Number(ms)
    return Number.isFinite(number) && number >= 0 && MARK.test(by) ? [{ ms: number, by }] : []
  })
}
