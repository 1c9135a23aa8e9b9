import { status } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { ONE_SLOT, openBacklog, QUERY } from '../testing/open-backlog.ts'
import { ANY_POOL } from './pools.ts'
import type { Candidate } from './candidate.ts'
import { NO_NEEDS } from './needs.ts'

describe('a job that is handed back', () => {
  it('has its old place', async () => {
    const { backlog, store, acceptMany, order } = await openBacklog()
    const jobs = await acceptMany(3)
    const [first = ''] = jobs
    await backlog.dispatch({ ...ONE_SLOT, jobId: first })
    const token = (await store.claim(first))?.token ?? 0
    expect(await backlog.putBack(first, { token })).toBe('waiting')
    expect(await order()).toEqual(jobs)
    expect(await backlog.dispatched('gpu')).toEqual([])
  })

  it('waits for its time, and is in its old place then', async () => {
    const { backlog, store, redis, keys, acceptMany, order } = await openBacklog()
    const jobs = await acceptMany(2)
    const [first = '', second = ''] = jobs
    await backlog.dispatch({ ...ONE_SLOT, jobId: first })
    const token = (await store.claim(first))?.token ?? 0
    const needs = { ...NO_NEEDS, avoid: ['gpu'] }
    await backlog.putBack(first, { token, delayMs: 60_000, needs })
    expect(await order()).toEqual([second])
    expect(await backlog.depth()).toBe(2)
    await redis.zadd(keys.deferred, 1, first)
    expect(await backlog.bringBack()).toEqual({
      jobs: [{ jobId: first, pool: ANY_POOL }],
      nextMs: null,
    })
    const back = await backlog.candidates(QUERY)
    expect(back.map(({ jobId }) => jobId)).toEqual(jobs)
    expect(back[0]?.needs.avoid).toEqual(['gpu'])
  })

  it('stays where it is when another worker has claimed it, or it has ended', async () => {
    const { backlog, store, accept, order } = await openBacklog()
    const jobId = await accept()
    await backlog.dispatch({ ...ONE_SLOT, jobId })
    const old = (await store.claim(jobId))?.token ?? 0
    await store.claim(jobId)
    expect(await backlog.putBack(jobId, { token: old })).toBe('claim_lost')
    await store.append(jobId, () => status('canceled'))
    expect(await backlog.putBack(jobId, { token: null })).toBe('gone')
    expect(await order()).toEqual([])
  })
})

describe('candidates', () => {
  it('are those of the pools asked for, and go on where the last look ended', async () => {
    const { acceptMany, order } = await openBacklog()
    const any = await acceptMany(5)
    const video = await acceptMany(2, { pool: 'video' })
    expect(await order()).toEqual(any)
    expect(new Set(await order({ pools: [ANY_POOL, 'video'] }))).toEqual(
      new Set([...any, ...video]),
    )
    expect(await order({ atMost: 2, skip: 2 })).toEqual(any.slice(2, 4))
    expect(await order({ atMost: 2, skip: 4 })).toEqual(any.slice(4))
  })

  it('begin with whoever has waited too long, when aging is on', async () => {
    const { redis, keys, accept, backlog, order } = await openBacklog()
    const old = await accept({ priority: -9 })
    const high = await accept({ priority: 9 })
    await redis.zadd(`${keys.backlog(ANY_POOL)}:since`, Date.now() - 120_000, old)
    expect(await order()).toEqual([high, old])
    const aged: Candidate[] = await backlog.candidates({ ...QUERY, agingMs: 60_000 })
    expect(aged.map(({ jobId, aged: isAged }) => [jobId, isAged])).toEqual([
      [old, true],
      [high, false],
    ])
  })
})
