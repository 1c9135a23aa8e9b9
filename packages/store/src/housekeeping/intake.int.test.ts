import { openTestStore } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { readIntake } from './intake.ts'

const HOUR_MS = 3_600_000

it('counts what came in within a day, or since the first job', async () => {
  const { redis, keys, store } = await openTestStore()
  const read = () => readIntake({ redis, keys })
  expect(await read()).toEqual({ kept: 0, lately: 0, overMs: 24 * HOUR_MS })
  const nowMs = await store.now()
  const accept = (id: string, ageMs: number) => redis.zadd(keys.index('default'), nowMs - ageMs, id)
  await accept('a', 3 * HOUR_MS)
  await accept('b', HOUR_MS)
  const young = await read()
  expect(young).toMatchObject({ kept: 2, lately: 2 })
  // a busy machine takes its time to ask
  expect(young.overMs / HOUR_MS).toBeCloseTo(3, 1)
  await accept('c', 25 * HOUR_MS)
  await accept('d', 1_000 * HOUR_MS)
  expect(await read()).toEqual({ kept: 4, lately: 2, overMs: 24 * HOUR_MS })
  await redis.zrem(keys.index('default'), 'a', 'b')
  expect(await read()).toEqual({ kept: 2, lately: 0, overMs: 24 * HOUR_MS })
})
