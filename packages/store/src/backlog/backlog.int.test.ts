import { status } from '@safelight/testkit'
import { describe, expect, it } from 'vitest'
import { ONE_SLOT, openBacklog, QUERY } from '../testing/open-backlog.ts'
import { ANY_POOL } from './pools.ts'

describe('the fair order', () => {
  it('is first come, first served within an owner', async () => {
    const { acceptMany, serve } = await openBacklog()
    const jobs = await acceptMany(20)
    expect(await serve()).toEqual(jobs)
  })

  it('lets an owner with few jobs pass the flood of another', async () => {
    const { acceptMany, serve } = await openBacklog()
    const flood = await acceptMany(30, { owner: 'flood' })
    const few = await acceptMany(4, { owner: 'few' })
    const served = await serve()
    // one of each in every round, whatever the order within it
    const rounds = [0, 1, 2, 3].map((at) => served.slice(2 * at, 2 * at + 2))
    for (const [at, round] of rounds.entries())
      expect(new Set(round)).toEqual(new Set([flood[at], few[at]]))
    expect(served.slice(8)).toEqual(flood.slice(4))
  })

  it('holds against an owner what hosts have of it already', async () => {
    const { backlog, store, accept, acceptMany, order } = await openBacklog()
    const flood = await acceptMany(30, { owner: 'flood' })
    const slots = { ...ONE_SLOT, slots: 4 }
    const dispatch = async () => {
      const [jobId = ''] = await order({ atMost: 1 })
      expect((await backlog.dispatch({ ...slots, jobId })).outcome).toBe('dispatched')
      return jobId
    }
    const onHost: string[] = []
    for (let n = 0; n < 4; n += 1) onHost.push(await dispatch())
    // one by one, as on a host that has been busy for long
    for (let n = 0; n < 8; n += 1) {
      await store.append(onHost.shift() ?? '', () => status('canceled'))
      onHost.push(await dispatch())
    }
    const few = await acceptMany(10, { owner: 'few' })
    const next = await order()
    const others = next.filter((jobId) => flood.includes(jobId))
    // as many as the flood has there, then in turns: no more than two for each
    expect(next.slice(0, 4)).toEqual(few.slice(0, 4))
    expect(next.indexOf(few[9] ?? '')).toBeLessThanOrEqual(2 * 10 - 4 - 1)
    expect(next.indexOf(others[1] ?? '')).toBeLessThanOrEqual(8)
    // who was there before has what it had
    await accept({ owner: 'flood' })
    expect((await order()).slice(0, 4)).toEqual(few.slice(0, 4))
  })

  it('gives weights their due: 1 to 3 within 5 % over 400 jobs', async () => {
    const { backlog, acceptMany, serve } = await openBacklog()
    const light = await acceptMany(400, { owner: 'light', cost: 3_000 })
    const heavy = new Set(await acceptMany(400, { owner: 'heavy', cost: 3_000, weight: 3 }))
    // a weight makes nobody's pictures any quicker
    expect(await backlog.position(light[0] ?? '')).toMatchObject({ costMs: 3_000 })
    const ofHeavy = (await serve(400)).filter((id) => heavy.has(id)).length
    expect(ofHeavy / 400).toBeGreaterThan(0.75 * 0.95)
    expect(ofHeavy / 400).toBeLessThan(0.75 * 1.05)
  })

  it('charges what a job costs, not that it is one', async () => {
    const { acceptMany, serve } = await openBacklog()
    const films = await acceptMany(10, { owner: 'films', cost: 10_000 })
    const stills = await acceptMany(40, { owner: 'stills', cost: 1_000 })
    const served = await serve(22)
    expect(served.filter((id) => films.includes(id)).length).toBe(2)
    expect(served.filter((id) => stills.includes(id)).length).toBe(20)
  })

  it('puts a higher priority first, whoever’s it is', async () => {
    const { accept, order } = await openBacklog()
    const low = await accept({ priority: -5 })
    const normal = await accept()
    const high = await accept({ priority: 1_000_000, owner: 'other' })
    const lowest = await accept({ priority: -1_000_000 })
    expect(await order()).toEqual([high, normal, low, lowest])
  })

  it('does not hold it against an owner that it took its jobs back', async () => {
    const { store, accept, acceptMany, order } = await openBacklog()
    const regretted = await acceptMany(50, { owner: 'a' })
    const other = await acceptMany(5, { owner: 'b' })
    for (const jobId of regretted) await store.append(jobId, () => status('canceled'))
    const again = await accept({ owner: 'a' })
    expect((await order()).indexOf(again)).toBeLessThanOrEqual(1)
    expect(await order()).toHaveLength(other.length + 1)
  })

  it('remembers what an owner has had while nobody waited', async () => {
    const { accept, serve, order } = await openBacklog()
    const spent = await accept({ owner: 'a', cost: 60_000 })
    expect(await serve()).toEqual([spent])
    const second = await accept({ owner: 'a' })
    const first = await accept({ owner: 'b' })
    expect(await order()).toEqual([first, second])
  })

  it('remembers so many owners, and forgets those first who have had the least', async () => {
    const { redis, keys, accept, serve } = await openBacklog()
    const last = `${keys.backlog(ANY_POOL)}:last`
    const owners = Array.from({ length: 10_050 }, (_, at) => [at, `owner-${at}`])
    await redis.zadd(last, ...owners.flat())
    await accept({ owner: 'busy', cost: 60_000 })
    await serve()
    expect(await redis.zcard(last)).toBe(10_000)
    expect(await redis.zscore(last, 'owner-50')).toBeNull()
    expect(await redis.zscore(last, 'owner-51')).not.toBeNull()
    expect(await redis.zscore(last, 'busy')).not.toBeNull()
  })

  it('stays exact when virtual time outgrows its 32 bits', async () => {
    const { redis, keys, acceptMany, serve, accept } = await openBacklog()
    const shares = `${keys.backlog(ANY_POOL)}:shares`
    await redis.hset(shares, ':now', String(2 ** 32 - 5_000))
    const waiting = await acceptMany(10, { owner: 'a' })
    const late = await accept({ owner: 'b' })
    const served = await serve()
    expect(served.slice(0, 2)).toContain(late)
    expect(served.filter((id) => id !== late)).toEqual(waiting)
    expect(Number(await redis.hget(shares, ':base'))).toBeGreaterThan(0)
  })
})

describe('dispatch', () => {
  it('never gives out more slots than the host has, whoever asks', async () => {
    const { backlog, acceptMany } = await openBacklog()
    const jobs = await acceptMany(20)
    const replies = await Promise.all(
      jobs.map((jobId) => backlog.dispatch({ ...ONE_SLOT, jobId, slots: 3 })),
    )
    expect(replies.filter(({ outcome }) => outcome === 'dispatched')).toHaveLength(3)
    expect(replies.filter(({ outcome }) => outcome === 'full')).toHaveLength(17)
    expect(await backlog.dispatched('gpu')).toHaveLength(3)
    expect(await backlog.depth()).toBe(17)
  })

  it('gives a job to one host only', async () => {
    const { backlog, accept } = await openBacklog()
    const jobId = await accept()
    const hosts = Array.from({ length: 10 }, (_, at) => `gpu-${at}`)
    const replies = await Promise.all(
      hosts.map((hostId) => backlog.dispatch({ ...ONE_SLOT, jobId, hostId })),
    )
    expect(replies.filter(({ outcome }) => outcome === 'dispatched')).toHaveLength(1)
    expect(replies.filter(({ outcome }) => outcome === 'gone')).toHaveLength(9)
  })

  it('keeps an owner to its limit, and its jobs out of the way of others', async () => {
    const { backlog, store, accept, acceptMany, order } = await openBacklog()
    const [first = '', second = ''] = await acceptMany(200, { owner: 'a', priority: 9 })
    const other = await accept({ owner: 'b' })
    const limited = { ...ONE_SLOT, slots: 9, ownerLimit: 1 }
    expect(await backlog.dispatch({ ...limited, jobId: first })).toMatchObject({
      outcome: 'dispatched',
    })
    expect(await backlog.dispatch({ ...limited, jobId: second })).toEqual({ outcome: 'owner_full' })
    expect(await order({ ownerLimit: 1, atMost: 10 })).toEqual([other])
    await store.append(first, () => status('canceled'))
    expect((await order({ ownerLimit: 1, atMost: 1 }))[0]).toBe(second)
  })

  it('gives no slot behind another job while one of the other hosts has none', async () => {
    const { backlog, acceptMany } = await openBacklog()
    const [first = '', second = '', third = ''] = await acceptMany(3)
    const order = { ...ONE_SLOT, slots: 2, instead: ['full', 'idle'] }
    // its own is the first there
    expect((await backlog.dispatch({ ...order, jobId: first })).outcome).toBe('dispatched')
    await backlog.dispatch({ ...order, hostId: 'full', jobId: second })
    expect(await backlog.dispatch({ ...order, jobId: third })).toEqual({
      outcome: 'freer',
      hostId: 'idle',
    })
    expect(await backlog.candidates(QUERY)).toMatchObject([{ jobId: third }])
    const staged = await backlog.dispatch({ ...order, instead: ['full'], jobId: third })
    expect(staged.outcome).toBe('dispatched')
  })

  it('counts who was overtaken, and since when', async () => {
    const { backlog, acceptMany } = await openBacklog()
    const [first = '', second = '', third = ''] = await acceptMany(3)
    const order = { ...ONE_SLOT, slots: 9 }
    await backlog.dispatch({ ...order, jobId: third, overtaken: [first, second] })
    const [ahead] = await backlog.candidates(QUERY)
    expect(ahead?.overtaken.count).toBe(1)
    const since = ahead?.overtaken.firstAt ?? 0
    expect(since).toBeGreaterThan(0)
    await backlog.dispatch({ ...order, jobId: second, overtaken: [first] })
    const [still] = await backlog.candidates(QUERY)
    expect(still?.overtaken).toEqual({ count: 2, firstAt: since })
  })

  it('has one job taken back for another, while that waits', async () => {
    const { backlog, accept } = await openBacklog()
    const jobId = await accept()
    const replies = await Promise.all(Array.from({ length: 4 }, () => backlog.makeRoom(jobId)))
    expect(replies.filter(Boolean)).toHaveLength(1)
    const dispatched = await accept()
    await backlog.dispatch({ ...ONE_SLOT, jobId: dispatched })
    expect(await backlog.makeRoom(dispatched)).toBe(false)
    expect(await backlog.makeRoom('nobody')).toBe(false)
  })

  it('frees a slot only for whoever has the job in hand', async () => {
    const { backlog, store, accept } = await openBacklog()
    const jobId = await accept()
    await backlog.dispatch({ ...ONE_SLOT, jobId })
    const old = (await store.claim(jobId))?.token ?? 0
    const token = (await store.claim(jobId))?.token ?? 0
    expect(await backlog.toCollect(jobId, old)).toBeNull()
    expect(await backlog.dispatched('gpu')).toEqual([{ jobId, times: 1 }])
    expect(await backlog.toCollect(jobId, token)).toEqual({ jobId, times: 1 })
    expect(await backlog.dispatched('gpu')).toEqual([])
    expect(await backlog.collecting('gpu')).toEqual([{ jobId, times: 1 }])
  })
})
