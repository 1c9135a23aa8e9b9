import { expect, it } from 'vitest'
import { ONE_SLOT, openBacklog } from '../testing/open-backlog.ts'
import { createPoolLoads } from './pool-loads.ts'
import { ANY_POOL } from './pools.ts'

async function open() {
  const test = await openBacklog()
  return { ...test, loads: createPoolLoads(test) }
}

it('nothing waits and nothing runs at first, nor when all have ended', async () => {
  const { loads, acceptMany, serve } = await open()
  const nothing = { waiting: new Map(), onHosts: [] }
  expect(await loads()).toEqual(nothing)
  await acceptMany(2)
  await serve()
  expect(await loads()).toEqual(nothing)
})

it('what waits is known by pool, with what it costs and since when the oldest does', async () => {
  const { loads, accept, store } = await open()
  const before = await store.now()
  await accept({ cost: 1_000 })
  await accept({ cost: 3_000 })
  await accept({ cost: 5_000, pool: 'large' })
  const { waiting, onHosts } = await loads()
  expect(waiting).toEqual(
    new Map([
      [ANY_POOL, { jobs: 2, costMs: 4_000, oldestAt: expect.any(Number) }],
      ['large', { jobs: 1, costMs: 5_000, oldestAt: expect.any(Number) }],
    ]),
  )
  const oldest = waiting.get(ANY_POOL)?.oldestAt ?? 0
  expect(oldest).toBeGreaterThanOrEqual(before)
  expect(oldest).toBeLessThanOrEqual(waiting.get('large')?.oldestAt ?? 0)
  expect(onHosts).toEqual([])
})

it('a job that is tried again later waits in its pool', async () => {
  const { loads, accept, backlog } = await open()
  const jobId = await accept({ cost: 2_000, pool: 'large' })
  const before = await loads()
  await backlog.putBack(jobId, { token: null, delayMs: 60_000 })
  expect(await loads()).toEqual(before)
})

it('a job on a host is there until its outputs are carried away', async () => {
  const { loads, accept, backlog, store } = await open()
  const jobId = await accept({ pool: 'large' })
  await backlog.dispatch({ ...ONE_SLOT, jobId })
  const there = { hostId: 'gpu', pool: 'large' }
  expect(await loads()).toEqual({
    waiting: new Map(),
    onHosts: [{ ...there, executing: 1, collecting: 0 }],
  })
  await backlog.toCollect(jobId, (await store.claim(jobId))?.token ?? 0)
  expect((await loads()).onHosts).toEqual([{ ...there, executing: 0, collecting: 1 }])
})
