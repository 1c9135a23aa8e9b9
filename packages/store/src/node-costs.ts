/** Learned costs of node classes: progress weighs a sampler more than a loader. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from './keys.ts'
import { bindScript } from './lua/bind-script.ts'
import { LEARN_COSTS } from './lua/learn-costs.ts'
import { ask } from './redis-unavailable.ts'

const costSchema = z.object({ ms: z.number().nonnegative() })
export type NodeCost = z.infer<typeof costSchema>

export interface NodeCosts {
  /** Node class → what it costs on the average. */
  load(): Promise<Record<string, NodeCost>>
  /** @param samples node class → ms just measured */
  learn(samples: Record<string, number>): Promise<void>
}

/** About the last ten runs count: enough to be calm, few enough to notice a new GPU. */
const SAMPLE_WEIGHT = 0.2

export function createNodeCosts({ redis, keys }: { redis: Redis; keys: Keys }): NodeCosts {
  const learn = bindScript(redis, LEARN_COSTS)
  return {
    async load() {
      const entries = Object.entries(await ask(redis.hgetall(keys.nodeCosts)))
      return Object.fromEntries(
        entries.map(([name, json]) => [name, costSchema.parse(JSON.parse(json))]),
      )
    },
    async learn(samples) {
      const usable = Object.entries(samples).filter(([, ms]) => Number.isFinite(ms) && ms >= 0)
      if (usable.length > 0) await learn([keys.nodeCosts], [SAMPLE_WEIGHT, ...usable.flat()])
    },
  }
}
