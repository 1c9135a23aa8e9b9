import { openTestStore } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { createNodeCosts } from './node-costs.ts'

const of = (name: string, ms: number) => ({ name, ms, by: 'a1' })

it('keeps the latest nine measurements of each kind, whoever writes them', async () => {
  const store = await openTestStore()
  const [one, other] = [createNodeCosts(store), createNodeCosts(store)]
  expect(await one.load()).toEqual(new Map())
  for (let n = 1; n <= 12; n += 1) await (n % 2 ? one : other).record([of('step\nKSampler', n)])
  await one.record([of('warm\nVAEDecode', 50.123456), { name: 'warm\nVAEDecode', ms: 0, by: 'b2' }])
  expect(await other.load()).toEqual(
    new Map([
      ['step\nKSampler', [4, 5, 6, 7, 8, 9, 10, 11, 12].map((ms) => ({ ms, by: 'a1' }))],
      [
        'warm\nVAEDecode',
        [
          { ms: 50.123, by: 'a1' },
          { ms: 0, by: 'b2' },
        ],
      ],
    ]),
  )
})

it('writes each name once, whatever it is given of it', async () => {
  const costs = createNodeCosts(await openTestStore())
  await costs.record(Array.from({ length: 30 }, (_, at) => of(`kind ${at % 2}`, at)))
  await costs.record([of('kind 1', 99)])
  const kept = await costs.load()
  expect(kept.get('kind 0')?.map(({ ms }) => ms)).toEqual([12, 14, 16, 18, 20, 22, 24, 26, 28])
  expect(kept.get('kind 1')?.map(({ ms }) => ms)).toEqual([15, 17, 19, 21, 23, 25, 27, 29, 99])
})

it('learns nothing from what is no duration, and nothing of names without end', async () => {
  const costs = createNodeCosts(await openTestStore())
  const odd = [Number.NaN, -1, Number.POSITIVE_INFINITY, 1e12]
  await costs.record(odd.map((value, at) => of(`${at}`, value)))
  await costs.record([of('é'.repeat(257), 1), { name: 'a', ms: 1, by: 'no mark' }])
  await costs.record([])
  expect(await costs.load()).toEqual(new Map())
})

it('keeps two thousand names, and of more those measured last', async () => {
  const store = await openTestStore()
  const costs = createNodeCosts(store)
  const names = (from: number) =>
    Array.from({ length: 1_000 }, (_, at) => of(`name ${from + at}`, at))
  await costs.record(names(0))
  // as if it had been long ago
  for (const { name } of names(0)) await store.redis.zadd(store.keys.costsMeasured, 1, name)
  await costs.record([of('name 7', 1)])
  await costs.record(names(1_000))
  await costs.record(names(2_000).slice(1))
  const kept = await costs.load()
  expect(kept.size).toBe(2_000)
  expect(await store.redis.zcard(store.keys.costsMeasured)).toBe(2_000)
  expect(kept.has('name 7')).toBe(true)
  expect(kept.has('name 8')).toBe(false)
})

it('goes on with the others when one cannot be read', async () => {
  const { redis, keys } = await openTestStore()
  const costs = createNodeCosts({ redis, keys })
  await costs.record([of('Sampler', 10)])
  await redis.hset(keys.costs, 'Loader', '{"ms" 5@a1 7 -3@a1 @a1 4@')
  expect(await costs.load()).toEqual(
    new Map([
      ['Sampler', [{ ms: 10, by: 'a1' }]],
      ['Loader', [{ ms: 5, by: 'a1' }]],
    ]),
  )
})
