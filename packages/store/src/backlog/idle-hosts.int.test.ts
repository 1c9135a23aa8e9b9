/** What is known to all workers of hosts that have nothing to do, and what follows from it. */
import { expect, it } from 'vitest'
import { ONE_SLOT, openBacklog } from '../testing/open-backlog.ts'
import type { IdleHosts } from './idle-hosts.ts'
import { ANY_POOL } from './pools.ts'

const TWO_SLOTS = { ...ONE_SLOT, slots: 2, workerId: 'one' }
const idle = (hostId: string, more: Partial<IdleHosts> = {}): IdleHosts => ({
  hosts: [{ hostId, pools: [ANY_POOL] }],
  workerId: 'other',
  forMs: 60_000,
  stagedMs: 0,
  ...more,
})
const ASKING = { hostId: 'gpu', workerId: 'other', forMs: 60_000, worthMs: 3_000 }

/** A host `gpu` with a job, and two that wait. */
async function openBusy() {
  const opened = await openBacklog()
  const { backlog, accept } = opened
  const first = await accept()
  expect(await backlog.dispatch({ ...TWO_SLOTS, jobId: first })).toMatchObject({
    outcome: 'dispatched',
  })
  // in no case within the same millisecond
  await opened.redis.zincrby(opened.keys.dispatched('gpu'), -10, first)
  return { ...opened, first, jobId: await accept() }
}

it('stages no job that has just come while a host of another worker has nothing to do', async () => {
  const { backlog, jobId } = await openBusy()
  await backlog.offer(idle('gpu-2'))
  const order = { ...TWO_SLOTS, jobId }
  expect(await backlog.dispatch(order)).toEqual({ outcome: 'freer', hostId: 'gpu-2' })
  // who drives that host, too, has seen it
  await backlog.offer(idle('gpu-2', { workerId: 'one' }))
  expect(await backlog.dispatch(order)).toMatchObject({ outcome: 'dispatched' })
})

it('gives it to such a host rather than to one without a job that is not ready', async () => {
  const { backlog, jobId } = await openBusy()
  await backlog.offer(idle('gpu-2'))
  const order = { ...TWO_SLOTS, jobId, hostId: 'gpu-3' }
  const unready = { ...order, unready: true }
  expect(await backlog.dispatch(unready)).toEqual({ outcome: 'freer', hostId: 'gpu-2' })
  expect(await backlog.dispatch(order)).toMatchObject({ outcome: 'dispatched' })
})

it('stages one that such a host has not taken within a second: it may be unable to', async () => {
  const { backlog, redis, keys, jobId } = await openBusy()
  await backlog.offer(idle('gpu-2'))
  await redis.zincrby(`${keys.backlog(ANY_POOL)}:since`, -1_001, jobId)
  expect(await backlog.dispatch({ ...TWO_SLOTS, jobId })).toMatchObject({ outcome: 'dispatched' })
})

it('counts on no host whose time is over, or that has a job by now', async () => {
  const { backlog, accept, jobId } = await openBusy()
  await backlog.offer(idle('gone', { forMs: 1 }))
  await backlog.offer(idle('gpu-2'))
  const taken = await accept()
  await backlog.dispatch({ ...TWO_SLOTS, hostId: 'gpu-2', jobId: taken })
  await expect
    .poll(() => backlog.dispatch({ ...TWO_SLOTS, jobId }))
    .toMatchObject({ outcome: 'dispatched' })
})

it('tells of jobs that are staged behind others, and keeps one for the host that asks first', async () => {
  const { backlog, redis, keys, first, jobId } = await openBusy()
  expect(await backlog.offer(idle('gpu-2'))).toEqual([])
  await redis.zincrby(`${keys.backlog(ANY_POOL)}:since`, -1_001, jobId)
  await backlog.dispatch({ ...TWO_SLOTS, jobId })
  const staged = await backlog.offer(idle('gpu-2'))
  expect(staged).toMatchObject([{ jobId, hostId: 'gpu', pool: ANY_POOL, band: 1_000_000 }])
  expect(staged[0]?.dispatchedAt).toBeGreaterThan(0)

  expect(await backlog.offer(idle('gpu-2', { stagedMs: 60_000 }))).toEqual([])
  const want = (id: string, byHostId: string) => backlog.want({ ...ASKING, jobId: id, byHostId })
  expect(await want(first, 'gpu-2')).toBe(false)
  expect(await want('nobody', 'gpu-2')).toBe(false)
  expect(await want(jobId, 'gpu-2')).toBe(true)
  expect(await want(jobId, 'gpu-3')).toBe(false)
  const wanted = { byHostId: 'gpu-2', worthMs: 3_000 }
  expect(await backlog.wantedBy([first, jobId, 'nobody'])).toEqual([null, wanted, null])
  expect(await backlog.offer(idle('gpu-3'))).toEqual([])
  // its worker is gone
  await redis.zrem(keys.idle(ANY_POOL), 'gpu-2 other')
  expect(await backlog.wantedBy([jobId])).toEqual([null])
  expect(await want(jobId, 'gpu-3')).toBe(true)
})

it('gives a job that was taken back for a host to that one, or another that has none, and to whoever is free when it has got another', async () => {
  const { backlog, store, accept, redis, keys, jobId } = await openBusy()
  const stage = () => backlog.dispatch({ ...TWO_SLOTS, jobId })
  await stage()
  await backlog.offer(idle('gpu-2'))
  await backlog.want({ ...ASKING, jobId, byHostId: 'gpu-2' })
  const { token } = (await store.claim(jobId)) ?? { token: 0 }
  expect(await backlog.putBack(jobId, { token })).toBe('waiting')
  await redis.zincrby(`${keys.backlog(ANY_POOL)}:since`, -1_001, jobId)
  expect(await stage()).toEqual({ outcome: 'freer', hostId: 'gpu-2' })
  const other = await accept()
  await backlog.dispatch({ ...TWO_SLOTS, hostId: 'gpu-2', jobId: other })
  expect(await stage()).toMatchObject({ outcome: 'dispatched' })
  // it is nobody's any more
  expect(await redis.hmget(keys.job(jobId), 'wanted', 'wantedUntil', 'wantedWorth')).toEqual([
    null,
    null,
    null,
  ])
})
