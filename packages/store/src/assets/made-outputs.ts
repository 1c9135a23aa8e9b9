/** What outputs are, by what made them: should a host have the result still, and its file no longer, it may be here. */
import { outputTypeSchema } from '@safelight/shared'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from '../keys.ts'
import { ask } from '../redis-unavailable.ts'

const factsSchema = z.object({
  /** `blake3:<hex>` of its bytes. */
  hash: z.string(),
  size_bytes: z.int().nonnegative(),
  content_type: z.string(),
  type: outputTypeSchema,
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  text: z.string().optional(),
})
export type MadeOutput = z.infer<typeof factsSchema>

export interface MadeOutputs {
  /** @param keptMs as long as the asset whose bytes they are; they may be gone sooner */
  note(signature: string, made: MadeOutput, keptMs: number): Promise<void>
  /** @returns null when nothing is known of it, or nothing that can be read */
  find(signature: string): Promise<MadeOutput | null>
}

export function createMadeOutputs({ redis, keys }: { redis: Redis; keys: Keys }): MadeOutputs {
  return {
    async note(signature, made, keptMs) {
      const json = JSON.stringify(factsSchema.parse(made))
      await ask(redis.set(keys.made(signature), json, 'PX', Math.max(1, Math.round(keptMs))))
    },
    async find(signature) {
      const json = await ask(redis.get(keys.made(signature)))
      return json === null ? null : read(json)
    },
  }
}

function read(json: string): MadeOutput | null {
  try {
    return factsSchema.parse(JSON.parse(json))
  } catch {
    return null
  }
}
