/** What Redis holds, by family of keys; and keys that belong to none. */
import { closeRedis, createKeys, createRedis } from '@safelight/store'
import { tellNobody } from '@safelight/runtime'
import { z } from 'zod'
import { createFamilies, familyOf } from './families.ts'
import type { Figure } from './verdict.ts'

export interface RedisLook {
  figures(): Promise<Figure[]>
  /** Jobs that have not ended. */
  open(): Promise<number>
  /** Seen so far. */
  readonly strangers: ReadonlySet<string>
  close(): Promise<void>
}

const AT_ONCE = 1_000
const scanned = z.array(z.string())

/** How many entries a key has, by its type. */
const CARDINALS: Readonly<Record<string, string>> = {
  hash: 'HLEN',
  set: 'SCARD',
  zset: 'ZCARD',
  list: 'LLEN',
  stream: 'XLEN',
}

interface Counted {
  keys: number
  entries: number
  /** Entries of a key, of a family that is cut to a length. */
  most: number | undefined
}

export function createRedisLook(redisUrl: string, namespace: string): RedisLook {
  const redis = createRedis(redisUrl, 'worker', { emit: tellNobody })
  const families = createFamilies(namespace)
  const strangers = new Set<string>()

  async function read(info: string, field: string): Promise<number> {
    return Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(await redis.info(info))?.[1])
  }

  /** Keys and entries by family. */
  async function count(): Promise<Map<string, Counted>> {
    const counts = new Map<string, Counted>()
    const seen = new Set<string>()
    for await (const page of redis.scanStream({ count: AT_ONCE })) {
      const fresh = scanned.parse(page).filter((key) => !seen.has(key))
      for (const key of fresh) seen.add(key)
      const sizes = await sizesOf(fresh)
      for (const [at, key] of fresh.entries()) {
        const family = familyOf(families, key)
        if (!family) {
          strangers.add(key)
          continue
        }
        const known = counts.get(family.name) ?? { keys: 0, entries: 0, most: family.most }
        known.keys += 1
        known.entries += sizes[at] ?? 0
        counts.set(family.name, known)
      }
    }
    return counts
  }

  async function sizesOf(keys: readonly string[]): Promise<number[]> {
    const types = await Promise.all(keys.map((key) => redis.type(key)))
    return await Promise.all(
      keys.map(async (key, at) => {
        const command = CARDINALS[types[at] ?? '']
        return command === undefined ? 1 : Number(await redis.call(command, key))
      }),
    )
  }

  return {
    strangers,
    open: () => redis.zcard(createKeys(namespace).open),
    async figures() {
      const counts = await count()
      return [
        { name: 'Redis memory', unit: 'bytes', value: await read('memory', 'used_memory') },
        { name: 'Redis clients', unit: 'count', value: await read('clients', 'connected_clients') },
        { name: 'Redis channels', unit: 'count', value: await read('stats', 'pubsub_channels') },
        ...[...counts].flatMap(([family, { keys, entries, most }]): Figure[] => [
          { name: `keys ${family}`, unit: 'count', value: keys },
          {
            name: `entries ${family}`,
            unit: 'count',
            value: entries,
            ...(most !== undefined && { most: keys * most }),
          },
        ]),
      ]
    },
    close: () => closeRedis(redis),
  }
}
