/** Learned costs of node classes: progress weighs a sampler more than a loader. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from './keys.ts'
import { bindScript, type Script } from './bind-script.ts'
import { ask } from './redis-unavailable.ts'

/**
 * KEYS 1 costs (HASH class → JSON `{ms}`)
 * ARGV 1 weight of a sample, 0 to 1 · then pairs of class, ms
 * Returns the number of classes learned.
 * Channels: none.
 */
const RECORD_COSTS: Script = {
  name: 'safelightRecordCosts',
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

const costSchema = z.object({ ms: z.number().nonnegative() })
export type NodeCost = z.infer<typeof costSchema>

export interface NodeCosts {
  /** Node class → what it costs on the average. */
  load(): Promise<Record<string, NodeCost>>
  /** @param samples node class → ms just measured */
  record(samples: Record<string, number>): Promise<void>
}

/** About the last ten runs count: enough to be calm, few enough to notice a new GPU. */
const SAMPLE_WEIGHT = 0.2

export function createNodeCosts({ redis, keys }: { redis: Redis; keys: Keys }): NodeCosts {
  const record = bindScript(redis, RECORD_COSTS)
  return {
    async load() {
      const entries = Object.entries(await ask(redis.hgetall(keys.nodeCosts)))
      return Object.fromEntries(entries.flatMap(([name, json]) => readCost(name, json)))
    },
    async record(samples) {
      const usable = Object.entries(samples).filter(([, ms]) => Number.isFinite(ms) && ms >= 0)
      if (usable.length > 0) await record([keys.nodeCosts], [SAMPLE_WEIGHT, ...usable.flat()])
    },
  }
}

/** One that cannot be read is learned anew. */
function readCost(name: string, json: string): [string, NodeCost][] {
  try {
    return [[name, costSchema.parse(JSON.parse(json))]]
  } catch {
    return []
  }
}
