import { expect, it } from 'vitest'
import { createSlotStore } from './slots.ts'
import { openClient, openTestStore } from '@safelight/testkit/vitest'

const LONG = 60_000

it('never gives out more slots than the host has, whoever asks', async () => {
  const { redis, keys } = await openTestStore()
  const one = createSlotStore({ redis, keys })
  const other = createSlotStore({ redis: await openClient('worker'), keys })
  const asked = Array.from({ length: 40 }, (_, at) =>
    (at % 2 ? one : other).acquire('gpu-1', { jobId: `job-${at}`, max: 3, ttlMs: LONG }),
  )
  expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(3)
  expect(await redis.zcard(keys.slots('gpu-1'))).toBe(3)
})

it('stays within the limit while slots come and go', async () => {
  const { redis, keys } = await openTestStore()
  const slots = createSlotStore({ redis, keys })
  const holders = new Set<string>()
  let most = 0
  const churn = async (name: string) => {
    for (let round = 0; round < 15; round += 1) {
      const jobId = `${name}-${round}`
      if (!(await slots.acquire('gpu-1', { jobId, max: 2, ttlMs: LONG }))) continue
      holders.add(jobId)
      most = Math.max(most, holders.size)
      holders.delete(jobId)
      await slots.release('gpu-1', jobId)
    }
  }
  await Promise.all(['a', 'b', 'c', 'd', 'e'].map(churn))
  expect(most).toBeLessThanOrEqual(2)
  expect(await redis.zcard(keys.slots('gpu-1'))).toBe(0)
})

it('gives the same job its slot again, and each host its own', async () => {
  const { redis, keys } = await openTestStore()
  const slots = createSlotStore({ redis, keys })
  const lease = { jobId: 'a', max: 1, ttlMs: LONG }
  expect(await slots.acquire('gpu-1', lease)).toBe(true)
  expect(await slots.acquire('gpu-1', lease)).toBe(true)
  expect(await slots.acquire('gpu-1', { ...lease, jobId: 'b' })).toBe(false)
  expect(await slots.acquire('gpu-2', { ...lease, jobId: 'b' })).toBe(true)
  await slots.release('gpu-1', 'a')
  expect(await slots.acquire('gpu-1', { ...lease, jobId: 'b' })).toBe(true)
})

it('frees the slot of a worker that is gone, and tells it so if it comes back', async () => {
  const { redis, keys } = await openTestStore()
  const slots = createSlotStore({ redis, keys })
  expect(await slots.acquire('gpu-1', { jobId: 'dead', max: 1, ttlMs: 1 })).toBe(true)
  await expect.poll(() => slots.acquire('gpu-1', { jobId: 'next', max: 1, ttlMs: LONG })).toBe(true)
  expect(await slots.renew('gpu-1', { jobId: 'dead', ttlMs: LONG })).toBe(false)
  expect(await slots.acquire('gpu-1', { jobId: 'dead', max: 1, ttlMs: LONG })).toBe(false)
})

it('keeps a slot for as long as it is renewed', async () => {
  const { redis, keys } = await openTestStore()
  const slots = createSlotStore({ redis, keys })
  await slots.acquire('gpu-1', { jobId: 'a', max: 1, ttlMs: 5_000 })
  const before = Number(await redis.zscore(keys.slots('gpu-1'), 'a'))
  expect(await slots.renew('gpu-1', { jobId: 'a', ttlMs: LONG })).toBe(true)
  expect(Number(await redis.zscore(keys.slots('gpu-1'), 'a'))).toBeGreaterThan(before + 30_000)
})

it('counts the slots that are held, without those that ran out', async () => {
  const { redis, keys } = await openTestStore()
  const slots = createSlotStore({ redis, keys })
  expect(await slots.taken('gpu-1')).toBe(0)
  await slots.acquire('gpu-1', { jobId: 'a', max: 2, ttlMs: LONG })
  await slots.acquire('gpu-1', { jobId: 'b', max: 2, ttlMs: 1 })
  await expect.poll(() => slots.taken('gpu-1')).toBe(1)
})
