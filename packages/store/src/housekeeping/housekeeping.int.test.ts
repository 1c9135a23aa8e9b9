/** What is swept of lists of jobs, what is written down of sweeps, and what is counted. */
import { createEventBus, type CommonEvents } from '@safelight/runtime'
import type { RetainedKind } from '@safelight/shared'
import { newAsset, newHostReport, status } from '@safelight/testkit'
import { acceptJob, openTestStore, silent } from '@safelight/testkit/vitest'
import { expect, it } from 'vitest'
import { createHostRegistry } from '../host-registry.ts'
import { createOrphans } from '../orphans.ts'
import { createEndedLists } from './ended-lists.ts'
import { createReadRetained } from './retained.ts'
import { createSweeps, noteSweeps } from './sweeps.ts'

const HOUR_MS = 3_600_000
const never = new AbortController().signal

async function open() {
  const bed = await openTestStore()
  const { redis, keys, store } = bed
  const listsOf = (inMs = 0) =>
    createEndedLists({
      redis,
      keys,
      now: async () => (await store.now()) + inMs,
      retentionMs: HOUR_MS,
      deadLetterRetentionMs: 2 * HOUR_MS,
    })
  const hosts = createHostRegistry({ redis, keys })
  const listed = () => redis.zrange(keys.index('default'), '0', '-1')
  return { ...bed, hosts, listsOf, listed, read: createReadRetained({ redis, keys, hosts }) }
}

it('takes jobs whose records are gone out of the list of all, however many stay before them', async () => {
  const { redis, keys, store, listsOf, listed } = await open()
  const [waits, ended, gone] = [
    await acceptJob(store),
    await acceptJob(store),
    await acceptJob(store),
  ]
  for (const id of [ended, gone]) await store.append(id, () => status('canceled'))
  // what its time does, sooner
  await redis.del(keys.job(gone))
  // nobody looks at what cannot be over yet
  expect(await listsOf().sweepJobs(never)).toBe(0)
  const later = listsOf(2 * HOUR_MS)
  expect(await later.sweepJobs(AbortSignal.abort())).toBe(0)
  expect(await later.sweepJobs(never)).toBe(1)
  expect(new Set(await listed())).toEqual(new Set([waits, ended]))
  expect(await later.sweepJobs(never)).toBe(0)

  // more than it looks at in one step, and those that stay come first
  const at = (await store.now()) - HOUR_MS
  const many = Array.from({ length: 450 }, (_, n) => [at + n, `gone-${n}`] as const)
  await redis.zadd(keys.index('default'), ...many.flat())
  expect(await later.sweepJobs(never)).toBe(450)
  expect(await listed()).toHaveLength(2)
})

it('takes dead letters off their list whose time is over, though no other job fails', async () => {
  const { redis, keys, store, listsOf } = await open()
  const jobId = await acceptJob(store)
  await store.append(jobId, () => status('failed', { deadLetter: true }))
  expect(await listsOf(HOUR_MS).sweepDeadLetters()).toBe(0)
  expect(await redis.zcard(keys.deadLetters)).toBe(1)
  expect(await listsOf(3 * HOUR_MS).sweepDeadLetters()).toBe(1)
  expect(await redis.zcard(keys.deadLetters)).toBe(0)
})

it('writes down each sweep that is told of, and what the last one took that found something', async () => {
  const { redis, keys, store } = await open()
  const bus = createEventBus<CommonEvents>({ onError: () => undefined })
  noteSweeps(bus, { redis, keys }, silent)
  const sweeps = createSweeps({ redis, keys })
  expect(await sweeps.load()).toEqual(new Map())
  const before = await store.now()
  for (const removed of [3, 4, 0]) bus.emit('housekeeping:swept', { kind: 'assets', removed })
  bus.emit('housekeeping:swept', { kind: 'pools', removed: 0 })
  const found = await sweeps.load()
  expect([...found.keys()]).toEqual(['assets', 'pools'])
  expect(found.get('assets')).toMatchObject({ lastRemoved: { count: 4 }, total: 7 })
  expect(found.get('assets')?.at).toBeGreaterThanOrEqual(before - 1_000)
  expect(found.get('pools')).toMatchObject({ lastRemoved: null, total: 0 })
})

it('counts what there is, and finds the oldest', async () => {
  const { redis, keys, store, assets, hosts, read } = await open()
  const none = await read()
  expect([...none.kinds.values()].every(({ count }) => count === 0)).toBe(true)
  expect(none).toMatchObject({ assetDueAt: null, isEndless: false, hasWorkers: false })

  const now = await store.now()
  await hosts.report(newHostReport(now, { hostId: 'gpu-1' }))
  await createOrphans({ redis, keys }).add('gpu-1', { promptId: 'p', knownPromptId: 'p' })
  await redis.zadd(keys.stagedNeeded('gpu-1'), now, 'a.png', now, 'b.png')
  await acceptJob(store)
  const ended = await acceptJob(store)
  await store.append(ended, () => status('failed', { deadLetter: true }))
  const key = await assets.begin()
  await assets.begin()
  await assets.mint(newAsset({ created_at: now, expires_at: now + HOUR_MS }), { key, size: 1 })

  const { kinds, ...rest } = await read()
  const counts = Object.fromEntries([...kinds].map(([kind, { count }]) => [kind, count]))
  expect(counts).toEqual({
    jobs: 1,
    dead_letters: 1,
    assets: 1,
    unneeded_bytes: 0,
    writes: 1,
    staged_inputs: 2,
    orphans: 1,
    host_reports: 1,
    pools: 1,
    owners: 0,
    node_costs: 0,
  } satisfies Partial<Record<RetainedKind, number>>)
  expect(rest).toEqual({ assetDueAt: now + HOUR_MS, isEndless: false, hasWorkers: true })
  // the one that waits is older, and has not ended
  const job = await store.load(ended)
  expect(kinds.get('jobs')?.oldestAt).toBe(job?.createdAt)

  // what Redis would keep for ever
  await redis.persist(keys.job(ended))
  expect((await read()).isEndless).toBe(true)
})
