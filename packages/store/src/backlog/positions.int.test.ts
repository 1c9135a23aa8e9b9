/** What waits, how much it is, and where each job stands. */
import { expect, it } from 'vitest'
import { ONE_SLOT, openBacklog } from '../testing/open-backlog.ts'
import type { PoolWork } from './pool-work.ts'
import { ANY_POOL } from './pools.ts'

it('knows what waits in each pool', async () => {
  const { backlog, accept, serve } = await openBacklog()
  expect(await backlog.work()).toEqual(new Map())
  await accept({ cost: 1_000 })
  await accept({ cost: 3_000 })
  await accept({ cost: 5_000, pool: 'large' })
  const large: [string, PoolWork] = ['large', { jobs: 1, ms: 5_000, given: [] }]
  const any: PoolWork = { jobs: 2, ms: 4_000, given: [] }
  expect(await backlog.work()).toEqual(new Map([[ANY_POOL, any], large]))
  await serve()
  expect(await backlog.work()).toEqual(new Map([[ANY_POOL, { ...any, jobs: 0, ms: 0 }], large]))
})

it('adds up what is ahead of a job, and takes some for all of a long line', async () => {
  const { backlog, accept } = await openBacklog()
  const jobs: string[] = []
  for (let n = 0; n < 40; n += 1) jobs.push(await accept({ cost: 1_000 + 100 * n }))
  const of = async (at: number) => backlog.position(jobs[at] ?? '')
  expect(await of(0)).toMatchObject({ ahead: 0, aheadMs: 0, costMs: 1_000 })
  expect(await of(5)).toMatchObject({ ahead: 5, aheadMs: 6_000, costMs: 1_500 })
  const late = await of(38)
  expect(late).toMatchObject({ ahead: 38, costMs: 4_800 })
  expect((late?.aheadMs ?? 0) / (38 * 2_850)).toBeGreaterThan(0.95)
  expect((late?.aheadMs ?? 0) / (38 * 2_850)).toBeLessThan(1.05)
  // of the last one it is known
  expect(await of(39)).toMatchObject({ ahead: 39, aheadMs: 39 * 2_900, costMs: 4_900 })
})

it('adds up what was measured alone, and tells how many guesses are ahead', async () => {
  const { backlog, accept } = await openBacklog()
  const jobs: string[] = []
  for (let n = 0; n < 40; n += 1) jobs.push(await accept({ cost: 1_000, guessed: n % 2 === 0 }))
  const of = async (at: number) => backlog.position(jobs[at] ?? '')
  expect(await of(1)).toMatchObject({ aheadMs: 0, aheadGuessed: 1, guessed: false })
  expect(await of(4)).toMatchObject({ aheadMs: 2_000, aheadGuessed: 2, guessed: true })
  const last = await of(39)
  expect(last?.aheadGuessed).toBeGreaterThan(10)
  expect(last?.aheadGuessed).toBeLessThan(30)
  const all = (last?.aheadGuessed ?? 0) + (last?.aheadMs ?? 0) / 1_000
  expect(Math.abs(all - 39)).toBeLessThan(1)
})

it('tells many at once, each as it is told alone or nearly so', async () => {
  const { backlog, accept } = await openBacklog()
  const jobs: string[] = []
  for (let n = 0; n < 60; n += 1) jobs.push(await accept({ cost: 1_000 + 100 * n }))
  const elsewhere = await accept({ pool: 'video', guessed: true })
  const asked = [...jobs.slice(2), 'gone', elsewhere]
  const all = await backlog.positions(asked)
  expect(all.at(-2)).toBeNull()
  expect(all.at(-1)).toMatchObject({ ahead: 0, pool: 'video', guessed: true })
  for (const [at, jobId] of asked.slice(0, -2).entries()) {
    const alone = await backlog.position(jobId)
    const aheadMs = alone?.aheadMs ?? 0
    expect(all[at]).toMatchObject({ ...alone, ahead: at + 2, aheadMs: expect.any(Number) })
    expect(Math.abs((all[at]?.aheadMs ?? 0) / aheadMs - 1)).toBeLessThan(0.1)
  }
  expect(await backlog.positions([])).toEqual([])
})

it('tells positions, and how many wait', async () => {
  const { backlog, acceptMany, serve } = await openBacklog()
  const jobs = await acceptMany(3)
  const elsewhere = await acceptMany(2, { pool: 'video' })
  expect(
    (await Promise.all(jobs.map((jobId) => backlog.position(jobId)))).map((place) => place?.ahead),
  ).toEqual([0, 1, 2])
  expect(await backlog.position(elsewhere[1] ?? '')).toEqual({
    ahead: 1,
    aheadMs: 1_000,
    aheadGuessed: 0,
    costMs: 1_000,
    guessed: false,
    pool: 'video',
    given: 0,
  })
  expect(await backlog.depth()).toBe(5)
  await serve(1)
  expect(await backlog.depth()).toBe(4)
  expect(await backlog.position(jobs[0] ?? '')).toBeNull()
  await backlog.dispatch({ ...ONE_SLOT, jobId: jobs[1] ?? '' })
  expect(await backlog.position(jobs[2] ?? '')).toMatchObject({ ahead: 0, given: 1 })
  expect((await backlog.work()).get(ANY_POOL)).toMatchObject({ jobs: 1, given: [jobs[1]] })
  expect(await backlog.costs([jobs[1] ?? '', 'gone'])).toEqual([1_000, 0])
})
