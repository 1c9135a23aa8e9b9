import { expect, it } from 'vitest'
import { createHostRegistry, type Heartbeat } from './host-registry.ts'
import { openTestStore } from './testing/test-store.ts'

const DAY_MS = 24 * 3_600_000

async function openRegistry() {
  const clock = { now: 1_000_000_000 }
  const { redis, keys } = await openTestStore()
  return { clock, registry: createHostRegistry({ redis, keys, now: () => clock.now }), redis, keys }
}

const beat = (hostId: string, at: number): Heartbeat => ({
  hostId,
  version: '0.33.0',
  workerId: 'w-1',
  slots: 2,
  busy: 1,
  at,
})

it('lists hosts heard of in the last 30 seconds, with their latest heartbeat', async () => {
  const { registry, clock } = await openRegistry()
  await registry.heartbeat(beat('gpu-2', clock.now))
  await registry.heartbeat(beat('gpu-1', clock.now - 1))
  await registry.heartbeat({ ...beat('gpu-1', clock.now), busy: 0, version: null })
  expect(await registry.list()).toEqual([
    { ...beat('gpu-1', clock.now), busy: 0, version: null },
    beat('gpu-2', clock.now),
  ])
  clock.now += 30_001
  await registry.heartbeat(beat('gpu-2', clock.now))
  expect((await registry.list()).map((host) => host.hostId)).toEqual(['gpu-2'])
})

it('forgets a host that was not heard of for a day', async () => {
  const { registry, clock, redis, keys } = await openRegistry()
  await registry.heartbeat(beat('gpu-1', clock.now))
  clock.now += DAY_MS + 1
  expect(await registry.list()).toEqual([])
  expect(await redis.hlen(keys.hosts)).toBe(0)
})

it('knows of each class what at least one host accepts', async () => {
  const { registry } = await openRegistry()
  const old = { output: false, outputs: 1, required: ['model', 'seed'] }
  await registry.saveNodeClasses('gpu-1', { KSampler: old, Only1: old })
  await registry.saveNodeClasses('gpu-2', {
    KSampler: { output: true, outputs: 2, required: ['model', 'noise'] },
  })
  expect(await registry.nodeClasses()).toEqual({
    KSampler: { output: true, outputs: 2, required: ['model'] },
    Only1: old,
  })
})

it('keeps the classes of a host that is away for a while, not of one that left', async () => {
  const { registry, clock } = await openRegistry()
  const classes = { KSampler: { output: false, outputs: 1, required: [] } }
  await registry.saveNodeClasses('gpu-1', classes)
  clock.now += DAY_MS
  await registry.heartbeat(beat('gpu-1', clock.now))
  clock.now += DAY_MS
  expect(await registry.nodeClasses()).toEqual(classes)
  clock.now += 1
  expect(await registry.nodeClasses()).toEqual({})
})

it('takes a class for what it is, even by the name of something every object has', async () => {
  const { registry } = await openRegistry()
  const classes = { constructor: { output: true, outputs: 0, required: [] } }
  await registry.saveNodeClasses('gpu-1', classes)
  expect(await registry.nodeClasses()).toEqual(classes)
})
