import { expect, it } from 'vitest'
import { toHostReason } from '@safelight/shared'
import { newHostReport } from '@safelight/testkit'
import { openTestStore } from '@safelight/testkit/vitest'
import { createHostRegistry } from './host-registry.ts'
import type { HostReport } from './hosts/host-report.ts'
import { mergeNodeClasses } from './node-classes.ts'

const DAY_MS = 24 * 3_600_000

async function openRegistry() {
  const clock = { now: 1_000_000_000 }
  const { redis, keys } = await openTestStore()
  return { clock, registry: createHostRegistry({ redis, keys, now: () => clock.now }), redis, keys }
}

const report = (hostId: string, at: number, over: Partial<HostReport> = {}): HostReport =>
  newHostReport(at, { hostId, ...over })

it('lists the hosts by id, each as its latest reports say', async () => {
  const { registry, clock } = await openRegistry()
  await registry.report(report('gpu-2', clock.now))
  await registry.report(report('gpu-1', clock.now - 1))
  const reason = toHostReason('has_prompts')
  const running = ['job-1']
  await registry.report(report('gpu-1', clock.now, { state: 'busy', reason, running }))
  expect(await registry.list()).toMatchObject([
    { id: 'gpu-1', state: 'busy', running: ['job-1'], workers: ['w-1'] },
    { id: 'gpu-2', state: 'ready', running: [] },
  ])
})

it('keeps a host that no worker reports any more as offline, with when it was last seen', async () => {
  const { registry, clock } = await openRegistry()
  await registry.report(report('gpu-1', clock.now))
  clock.now += 30_001
  expect(await registry.list()).toMatchObject([
    {
      id: 'gpu-1',
      state: 'offline',
      reason: { code: 'no_worker' },
      workers: [],
      last_seen_at: new Date(1_000_000_000).toISOString(),
    },
  ])
})

it('calls a host offline at once when its only worker has left', async () => {
  const { registry, clock } = await openRegistry()
  await registry.report(report('gpu-1', clock.now, { left: true }))
  expect(await registry.list()).toMatchObject([{ state: 'offline', reason: { code: 'no_worker' } }])
})

it('lets a worker that goes take no host from another of its name', async () => {
  const { registry, clock } = await openRegistry()
  const running = ['job-1']
  await registry.report(report('gpu-1', clock.now, { instance: 'a', running }))
  await registry.report(report('gpu-1', clock.now, { instance: 'b', state: 'busy' }))
  expect(await registry.list()).toMatchObject([{ state: 'busy', running, workers: ['w-1'] }])
  await registry.report(report('gpu-1', clock.now, { instance: 'b', left: true }))
  expect(await registry.list()).toMatchObject([{ state: 'ready', running, workers: ['w-1'] }])
})

it('keeps the last word of few of all the processes that came and went', async () => {
  const { registry, clock, redis, keys } = await openRegistry()
  for (let count = 0; count < 40; count += 1) {
    const over = { instance: `${count}`, left: count % 2 === 0, movedAt: clock.now }
    await registry.report(report('gpu-1', clock.now, over))
    clock.now += 60_000
  }
  const movedAt = clock.now - 60_000
  await registry.report(report('gpu-1', clock.now, { instance: 'last' }))
  expect(await registry.list()).toMatchObject([
    { state: 'ready', workers: ['w-1'], last_movement_at: new Date(movedAt).toISOString() },
  ])
  expect(await redis.hlen(keys.hosts)).toBe(11)
})

it('forgets a host that was not reported for a day, but never one that is drained', async () => {
  const { registry, clock, redis, keys } = await openRegistry()
  await registry.report(report('gpu-1', clock.now))
  await registry.report(report('gpu-2', clock.now))
  await registry.drain('gpu-2', null)
  clock.now += DAY_MS + 1
  expect(await registry.list()).toMatchObject([{ id: 'gpu-2', state: 'offline' }])
  expect(await redis.hlen(keys.hosts)).toBe(1)
  expect(await registry.resume('gpu-2')).toBeNull()
  expect(await redis.hlen(keys.hosts)).toBe(0)
})

it('skips what a worker of another version wrote', async () => {
  const { registry, clock, redis, keys } = await openRegistry()
  await redis.hset(keys.hosts, 'gpu-1', JSON.stringify({ hostId: 'gpu-1', busy: 1 }))
  await registry.report(report('gpu-2', clock.now))
  expect((await registry.list()).map(({ id }) => id)).toEqual(['gpu-2'])
})

it('reads what workers of an older version report', async () => {
  const { registry, clock, redis, keys } = await openRegistry()
  const {
    models: _,
    modelsAt: __,
    throughput: ___,
    labels: ____,
    instance: _____,
    ...older
  } = report('gpu-1', clock.now)
  await redis.hset(keys.hosts, 'gpu-1 w-1', JSON.stringify(older))
  expect(await registry.list()).toMatchObject([
    {
      id: 'gpu-1',
      state: 'ready',
      labels: [],
      models: [],
      throughput: { last_hour: 0, mean_ms: null },
    },
  ])
})

it('records a drain for every worker to read, and lifts it', async () => {
  const { registry, clock } = await openRegistry()
  await registry.report(report('gpu-1', clock.now))
  const since = new Date(clock.now).toISOString()
  expect(await registry.drain('gpu-1', 'new driver')).toMatchObject({
    state: 'draining',
    reason: { code: 'drain_requested', message: 'new driver' },
    drain: { reason: 'new driver', since },
  })
  expect(await registry.sharedFacts(['gpu-2', 'gpu-1'])).toEqual([
    { drain: null, stuck: null },
    { drain: { reason: 'new driver', at: clock.now }, stuck: null },
  ])
  clock.now += 1_000
  expect(await registry.drain('gpu-1', null)).toMatchObject({ drain: { reason: null, since } })
  expect(await registry.resume('gpu-1')).toMatchObject({ state: 'ready', drain: null })
  expect(await registry.sharedFacts(['gpu-1'])).toEqual([{ drain: null, stuck: null }])
})

it('drains and resumes nothing that it does not know', async () => {
  const { registry, redis, keys } = await openRegistry()
  expect(await registry.drain('gpu-1', null)).toBeNull()
  expect(await registry.resume('gpu-1')).toBeNull()
  expect(await redis.hlen(keys.hostDrains)).toBe(0)
  expect(await registry.sharedFacts([])).toEqual([])
})

it('remembers the prompt that a host is stuck with until that very one is gone', async () => {
  const { registry } = await openRegistry()
  const first = { promptId: 'prompt-1', begun: true }
  const second = { begun: false, promptId: 'prompt-2' }
  await registry.reportStuck('gpu-1', first)
  await registry.reportStuck('gpu-1', second)
  await registry.clearStuck('gpu-1', first)
  expect(await registry.sharedFacts(['gpu-1'])).toEqual([{ drain: null, stuck: second }])
  await registry.clearStuck('gpu-1', second)
  expect(await registry.sharedFacts(['gpu-1'])).toEqual([{ drain: null, stuck: null }])
})

it('knows of each class what at least one host accepts', async () => {
  const { registry } = await openRegistry()
  const old = { output: false, outputs: 1, required: ['model', 'seed'] }
  await registry.saveNodeClasses('gpu-1', { KSampler: old, Only1: old })
  await registry.saveNodeClasses('gpu-2', {
    KSampler: { output: true, outputs: 2, required: ['model', 'noise'] },
  })
  expect(mergeNodeClasses([...(await registry.nodeClasses()).values()])).toEqual({
    KSampler: { output: true, outputs: 2, required: ['model'] },
    Only1: old,
  })
})

it('keeps the classes of a host that is away for a while, not of one that left', async () => {
  const { registry, clock } = await openRegistry()
  const classes = { KSampler: { output: false, outputs: 1, required: [] } }
  await registry.saveNodeClasses('gpu-1', classes)
  clock.now += DAY_MS
  await registry.report(report('gpu-1', clock.now))
  clock.now += DAY_MS
  expect(await registry.nodeClasses()).toEqual(new Map([['gpu-1', classes]]))
  clock.now += 1
  expect(await registry.nodeClasses()).toEqual(new Map())
})

it('takes a class for what it is, even by the name of something every object has', async () => {
  const { registry } = await openRegistry()
  const classes = { constructor: { output: true, outputs: 0, required: [] } }
  await registry.saveNodeClasses('gpu-1', classes)
  expect(await registry.nodeClasses()).toEqual(new Map([['gpu-1', classes]]))
})

it.each(['{"no', '{"at": "then"}', '7'])(
  'shows the other hosts beside one of which something cannot be read: %s',
  async (garbage) => {
    const { registry, clock, redis, keys } = await openRegistry()
    await registry.report(report('gpu-1', clock.now))
    await registry.report(report('gpu-2', clock.now))
    const classes = { Save: { output: true, outputs: 0, required: [] } }
    await registry.saveNodeClasses('gpu-1', classes)
    await redis.hset(keys.hosts, 'gpu-3 w-9', garbage)
    await redis.hset(keys.nodeClasses, 'gpu-2', garbage)
    await redis.hset(keys.hostStuck, 'gpu-2', garbage)
    await redis.hset(keys.hostDrains, 'gpu-2', garbage)
    // a drain keeps its meaning until somebody resumes the host
    expect(await registry.list()).toMatchObject([
      { id: 'gpu-1', state: 'ready' },
      { id: 'gpu-2', state: 'draining' },
    ])
    expect(await registry.sharedFacts(['gpu-1', 'gpu-2'])).toMatchObject([
      { drain: null, stuck: null },
      { drain: { reason: null }, stuck: null },
    ])
    expect(await registry.nodeClasses()).toEqual(new Map([['gpu-1', classes]]))
    expect(await registry.resume('gpu-2')).toMatchObject({ state: 'ready' })
  },
)
