/** An index that others write to while it is read: entries go when jobs end, and come when jobs do. */
import { randomUUID } from 'node:crypto'
import { openClient } from '@safelight/testkit/vitest'
import type { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { newestFirst } from './newest-first.ts'

const zset = `{test}:${randomUUID()}`

/** @param between what others do after each batch */
async function readAll(
  redis: Redis,
  key: string,
  between: (seen: readonly string[]) => Promise<unknown>,
): Promise<string[]> {
  const seen: string[] = []
  for await (const entries of newestFirst(redis, key, { start: null })) {
    seen.push(...entries.map(({ id }) => id))
    await between(seen)
  }
  return seen
}

async function fill(redis: Redis, key: string, at: (n: number) => number) {
  const ids = Array.from({ length: 330 }, (_, n) => `job-${String(n).padStart(4, '0')}`)
  await redis.zadd(key, ...ids.flatMap((id, n) => [String(at(n)), id]))
  return ids.toReversed()
}

it.each([
  ['a millisecond each', (n: number) => n],
  ['one millisecond', () => 7],
])('loses none that stays while others go (%s)', async (name, at) => {
  const redis = await openClient('worker')
  const key = `${zset}:${name}`
  const ids = await fill(redis, key, at)
  const seen = await readAll(redis, key, async (read) => redis.zrem(key, ...read.slice(-20)))
  expect(seen).toEqual(ids)
})

it.each([
  ['later', () => 1e6],
  ['in the same millisecond', () => 7],
])('gives none twice while others come %s', async (name, newAt) => {
  const redis = await openClient('worker')
  const key = `${zset}:${name}`
  const ids = await fill(redis, key, () => 7)
  const others = Array.from({ length: 120 }, (_, n) => [String(newAt()), `new-${n}`]).flat()
  const seen = await readAll(redis, key, async () => redis.zadd(key, ...others))
  expect(seen).toEqual(ids)
})
