import { expect, it } from 'vitest'
import { createNodeCosts } from './node-costs.ts'
import { openTestStore } from '@safelight/testkit/vitest'

it('takes the first sample as it is and then moves toward new ones', async () => {
  const costs = createNodeCosts(await openTestStore())
  expect(await costs.load()).toEqual({})
  await costs.record({ KSampler: 1_000, VAEDecode: 50 })
  expect(await costs.load()).toEqual({ KSampler: { ms: 1_000 }, VAEDecode: { ms: 50 } })
  await costs.record({ KSampler: 2_000 })
  expect(await costs.load()).toEqual({ KSampler: { ms: 1_200 }, VAEDecode: { ms: 50 } })
})

it('ends up at what is measured over and over', async () => {
  const costs = createNodeCosts(await openTestStore())
  await costs.record({ KSampler: 10_000 })
  await Promise.all(Array.from({ length: 60 }, () => costs.record({ KSampler: 100 })))
  expect((await costs.load())['KSampler']?.ms).toBeCloseTo(100, 0)
})

it('learns nothing from what is no duration', async () => {
  const costs = createNodeCosts(await openTestStore())
  await costs.record({ A: Number.NaN, B: -1, C: Number.POSITIVE_INFINITY })
  await costs.record({})
  expect(await costs.load()).toEqual({})
})

it('goes on with the others when one cannot be read', async () => {
  const { redis, keys } = await openTestStore()
  const costs = createNodeCosts({ redis, keys })
  await costs.record({ Sampler: 10 })
  await redis.hset(keys.nodeCosts, 'Loader', '{"ms"')
  expect(await costs.load()).toEqual({ Sampler: { ms: 10 } })
})
