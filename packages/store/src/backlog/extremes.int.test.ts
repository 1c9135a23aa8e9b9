/** Owners at the ends of what weights, costs and numbers of jobs may be. */
import { expect, it } from 'vitest'
import { ONE_SLOT, openBacklog } from '../testing/open-backlog.ts'
import { ANY_POOL } from './pools.ts'

const DAY_MS = 24 * 3_600_000
/** The smallest weight, and jobs as long as they may be. */
const SLOWEST = { owner: 'slow', weight: 0.001, cost: DAY_MS }

it('an owner at his limit hides nobody, however many of his jobs come before theirs', async () => {
  const { backlog, accept, acceptMany, order } = await openBacklog()
  await acceptMany(1_010, { owner: 'rush', priority: 10 })
  const other = await accept({ owner: 'calm' })
  const [first = ''] = await order({ atMost: 1 })
  await backlog.dispatch({ ...ONE_SLOT, jobId: first })
  expect(await order({ ownerLimit: 1 })).toEqual([other])
})

it('nor those of others that have waited too long', async () => {
  const { redis, keys, backlog, accept, acceptMany } = await openBacklog()
  const [first = '', ...rest] = await acceptMany(120, { owner: 'rush' })
  const aged = await accept({ owner: 'calm', priority: -10 })
  const fresh = await accept({ owner: 'calm', priority: 10 })
  for (const jobId of [...rest, aged])
    await redis.zadd(`${keys.backlog(ANY_POOL)}:since`, jobId === aged ? 2 : 1, jobId)
  await backlog.dispatch({ ...ONE_SLOT, jobId: first })
  const query = { pools: [ANY_POOL], atMost: 64, agingMs: 60_000, ownerLimit: 1 }
  const found = await backlog.candidates(query)
  expect(found.map((job) => [job.jobId, job.aged])).toEqual([
    [aged, true],
    [fresh, false],
  ])
})

it('jobs too far ahead for a score to the millisecond are in order all the same', async () => {
  const { acceptMany, accept, order, serve } = await openBacklog()
  const jobs = await acceptMany(50, SLOWEST)
  jobs.push(await accept({ ...SLOWEST, cost: 20_000 }))
  const [urgent, other] = [await accept({ owner: 'slow', priority: 1 }), await accept()]
  expect(await order()).toEqual([urgent, other, ...jobs])
  // while the pool comes nearer to them
  expect(await serve(40)).toEqual([urgent, other, ...jobs.slice(0, 38)])
  const late = await acceptMany(2, SLOWEST)
  expect(await order()).toEqual([...jobs.slice(38), ...late])
})

it('and do not have the whole line written anew with each that joins it', async () => {
  const { acceptMany, redis, keys } = await openBacklog()
  await acceptMany(3, SLOWEST)
  const base = `${keys.backlog(ANY_POOL)}:shares`
  await redis.hset(base, ':base', 7)
  await acceptMany(3, SLOWEST)
  expect(await redis.hget(base, ':base')).toBe('7')
})

it('an owner whose last job was urgent has not had all that stands before it', async () => {
  const { accept, acceptMany, serve } = await openBacklog()
  const flood = await acceptMany(30, { owner: 'flood' })
  const urgent = await accept({ owner: 'flood', priority: 1 })
  expect(await serve(1)).toEqual([urgent])
  const few = await acceptMany(4, { owner: 'few' })
  const served = await serve(9)
  expect(served.filter((jobId) => few.includes(jobId))).toEqual(few)
  expect(served.filter((jobId) => flood.includes(jobId))).toEqual(flood.slice(0, 5))
})

it('what has been passed by for long keeps its order', async () => {
  const { redis, keys, accept, acceptMany, order, serve } = await openBacklog()
  const passedBy = await acceptMany(20, { priority: -1, cost: 20_000 })
  // a hundred days of GPU time later
  await redis.hset(`${keys.backlog(ANY_POOL)}:shares`, ':now', 2 ** 33)
  const next = await acceptMany(3, { owner: 'other', priority: -1 })
  expect(await order()).toEqual([...passedBy, ...next])
  const first = await accept()
  expect(await serve()).toEqual([first, ...passedBy, ...next])
})

it('as many owners are remembered as there is room for, and who has had the least is forgotten first', async () => {
  const { redis, keys, accept, serve } = await openBacklog()
  const last = `${keys.backlog(ANY_POOL)}:last`
  const past = `${keys.backlog(ANY_POOL)}:past`
  const room = 10_000
  // names that somebody has made up
  await redis.zadd(
    last,
    ...Array.from({ length: room }, (_, at) => [String(at + 1), `made-up-${at}`]).flat(),
  )
  await redis.lpush(past, ...Array.from({ length: 600 }, () => '1'))
  await accept({ owner: 'one', cost: 60_000 })
  await accept({ owner: 'other', cost: 60_000 })
  expect(await serve()).toHaveLength(2)
  expect(await redis.zcard(last)).toBe(room)
  expect(await redis.zrange(last, '0', '0')).toEqual(['made-up-2'])
  for (const owner of ['one', 'other'])
    expect(Number(await redis.zscore(last, owner))).toBeGreaterThan(room)
  expect(await redis.llen(past)).toBeLessThanOrEqual(600)
})
