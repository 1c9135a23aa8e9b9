/** The host registry: which hosts workers are driving, and what those hosts can run. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Keys } from './keys.ts'
import { mergeNodeClasses, type NodeClasses, nodeClassesSchema } from './node-classes.ts'
import { ask } from './redis-unavailable.ts'

export const heartbeatSchema = z.object({
  hostId: z.string(),
  /** ComfyUI's version, when it told. */
  version: z.string().nullable(),
  workerId: z.string(),
  slots: z.int().nonnegative(),
  busy: z.int().nonnegative(),
  /** ms since the epoch */
  at: z.number(),
})
export type Heartbeat = z.infer<typeof heartbeatSchema>

export interface HostRegistry {
  heartbeat(host: Heartbeat): Promise<void>
  /** Hosts heard of within 30 s, by id. */
  list(): Promise<Heartbeat[]>
  saveNodeClasses(hostId: string, classes: NodeClasses): Promise<void>
  /** Classes of every host known within a day: a host that is restarting can still run what it could. */
  nodeClasses(): Promise<NodeClasses>
}

const SEEN_MS = 30_000
const KNOWN_MS = 24 * 3_600_000

const savedClassesSchema = z.object({ at: z.number(), classes: nodeClassesSchema })

export interface HostRegistryDeps {
  redis: Redis
  keys: Keys
  now?: () => number
}

export function createHostRegistry({
  redis,
  keys,
  now = Date.now,
}: HostRegistryDeps): HostRegistry {
  const heartbeats = async () => {
    const entries = Object.entries(await ask(redis.hgetall(keys.hosts)))
    return entries.map(([, json]) => heartbeatSchema.parse(JSON.parse(json)))
  }
  return {
    async heartbeat(host) {
      await ask(redis.hset(keys.hosts, host.hostId, JSON.stringify(host)))
    },
    async list() {
      const all = await heartbeats()
      const forgotten = all.filter((host) => host.at < now() - KNOWN_MS)
      if (forgotten.length > 0) {
        await ask(redis.hdel(keys.hosts, ...forgotten.map((host) => host.hostId)))
      }
      const seen = all.filter((host) => host.at >= now() - SEEN_MS)
      return seen.sort((one, other) => one.hostId.localeCompare(other.hostId))
    },
    async saveNodeClasses(hostId, classes) {
      const saved = JSON.stringify({ at: now(), classes })
      await ask(redis.hset(keys.nodeClasses, hostId, saved))
    },
    async nodeClasses() {
      const alive = new Map((await heartbeats()).map((host) => [host.hostId, host.at]))
      const known: NodeClasses[] = []
      for (const [hostId, json] of Object.entries(await ask(redis.hgetall(keys.nodeClasses)))) {
        const saved = savedClassesSchema.parse(JSON.parse(json))
        const lastSeen = Math.max(saved.at, alive.get(hostId) ?? 0)
        if (lastSeen >= now() - KNOWN_MS) known.push(saved.classes)
        else await ask(redis.hdel(keys.nodeClasses, hostId))
      }
      return mergeNodeClasses(known)
    },
  }
}
