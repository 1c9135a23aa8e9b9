/** The keys of one namespace in a Redis that others may use, too: counted, kept as text, removed. */
import { writeFile } from 'node:fs/promises'
import { createRedis, closeRedis } from '@safelight/store'
import { tellNobody } from '@safelight/runtime'
import type { Redis } from 'ioredis'

export async function listKeys(redis: Redis, namespace: string): Promise<string[]> {
  const found: string[] = []
  let cursor = '0'
  do {
    const [next, names] = await redis.scan(cursor, 'MATCH', `{${namespace}}*`, 'COUNT', 1_000)
    found.push(...names)
    cursor = next
  } while (cursor !== '0')
  return found
}

export async function removeKeys(redis: Redis, namespace: string): Promise<void> {
  const names = await listKeys(redis, namespace)
  if (names.length > 0) await redis.unlink(...names)
}

/** For somebody who asks what Redis held when a test failed: `redis-cli` prints it as people read it. */
export async function dumpKeys(redis: Redis, namespace: string, file: string): Promise<void> {
  const names = (await listKeys(redis, namespace)).toSorted()
  const entries = await Promise.all(names.map(async (name) => [name, await readKey(redis, name)]))
  await writeFile(file, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`)
}

async function readKey(redis: Redis, name: string): Promise<unknown> {
  const type = await redis.type(name)
  switch (type) {
    case 'string':
      return redis.get(name)
    case 'hash':
      return redis.hgetall(name)
    case 'list':
      return redis.lrange(name, 0, -1)
    case 'set':
      return redis.smembers(name)
    case 'zset':
      return redis.zrange(name, '0', '-1', 'WITHSCORES')
    case 'stream':
      return redis.xrange(name, '-', '+')
    default:
      return `(${type})`
  }
}

/** With a client of its own, for those who have none. */
export async function withRedis<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = createRedis(url, 'worker', { emit: tellNobody })
  try {
    return await use(redis)
  } finally {
    await closeRedis(redis)
  }
}
