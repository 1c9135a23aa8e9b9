import { systemClock } from '@safelight/runtime'
import { newHostReport, status } from '@safelight/testkit'
import { expect, it } from 'vitest'
import { openReconciler } from '../testing/open-reconciler.ts'

const MINUTE_MS = 60_000

async function open() {
  let atMs = 0
  const clock = { ...systemClock, steady: () => atMs }
  const opened = await openReconciler({ clock })
  const { reconciler, redis, keys } = opened
  return {
    ...opened,
    later: async () => {
      atMs += MINUTE_MS
      await reconciler.sweep()
    },
    namesOf: async (pool: string) =>
      (await redis.keys(`${keys.prefix}*${pool}*`)).map((key) => key.slice(keys.prefix.length)),
  }
}

it('leaves nothing of a pool that no host has any more, once its jobs are over', async () => {
  const { accept, backlog, redis, keys, store, hosts, tickets, namesOf, later, dispatch } =
    await open()
  await hosts.report(newHostReport(await store.now(), { hostId: 'gpu', labels: ['spot-1'] }))
  const jobId = await accept({ pool: 'spot-1' })
  await tickets.announce({ jobId, pool: 'spot-1' })
  await dispatch(jobId)
  await later()
  expect(await namesOf('spot-1')).toContain('backlog:spot-1:shares')
  await store.append(jobId, () => status('canceled'))
  // it still has a host: the next job comes to what there is
  await later()
  expect(await namesOf('spot-1')).toContain('backlog:spot-1:shares')

  await hosts.report(newHostReport(await store.now(), { hostId: 'gpu', labels: [] }))
  const waiting = await accept({ pool: 'spot-1' })
  await later()
  expect(await backlog.waiting()).toMatchObject(new Map([['spot-1', 1]]))
  await dispatch(waiting)
  await later()
  expect(await redis.smembers(keys.pools)).toContain('spot-1')
  await store.append(waiting, () => status('canceled'))
  await later()
  expect(await namesOf('spot-1')).toEqual([])
  expect(await redis.smembers(keys.pools)).not.toContain('spot-1')

  const again = await accept({ pool: 'spot-1' })
  await later()
  expect(await tickets.count('spot-1')).toBe(1)
  await dispatch(again)
})

it('forgets the queues of a host that never had a job', async () => {
  const { store, hosts, backlog, tickets, redis, keys, namesOf, later } = await open()
  await tickets.missing('spot-2', 'execute', [])
  await hosts.report(newHostReport(await store.now(), { hostId: 'spot-2' }))
  await later()
  expect(await namesOf('spot-2')).toContain('bull:host-spot-2:meta')
  await redis.del(keys.hosts)
  await later()
  expect(await namesOf('spot-2')).toEqual([])
  expect(await backlog.hosts()).toEqual([])
})

it('lets go of the queues of hosts and pools that are gone, also where another process forgot them', async () => {
  const { store, hosts, tickets, queues, redis, keys, later } = await open()
  await hosts.report(newHostReport(await store.now(), { hostId: 'spot-3' }))
  await tickets.missing('spot-3', 'execute', [])
  await tickets.count('spot-3')
  await tickets.count('*')
  await later()
  const opened = () => queues.holds().first
  expect(opened()).toContain('host-spot-3')
  await redis.del(keys.hosts, keys.dispatchedTo)
  await later()
  expect(opened().filter((name) => name.includes('spot-3'))).toEqual([])
  expect(opened()).toContain('intake')
  expect(await tickets.missing('spot-3', 'execute', [{ jobId: 'j', times: 1 }])).toHaveLength(1)
})
