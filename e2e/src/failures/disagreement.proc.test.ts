/** Records and queues that disagree: what Redis has lost of one is made good from the other. */
import { ANY_POOL } from '@safelight/store'
import { until } from '@safelight/testkit'
import { describe, it, type TestContext } from 'vitest'
import { endOf, submit, whenExecuting } from '../testing/client.ts'
import { outcomesOf } from '../testing/hosts.ts'
import { openQueues } from '../testing/queues.ts'
import { openClusterHere } from '../testing/cluster-here.ts'
import { slow } from '../testing/workflows.ts'

const RECONCILE = { SAFELIGHT_TIMINGS: JSON.stringify({ reconcileMs: 200 }) }

async function start(context: TestContext, { workers }: { workers: number }) {
  const cluster = await openClusterHere({ speed: 1, workers, env: { api: RECONCILE } }, context)
  return { url: cluster.url, cluster, ...openQueues(cluster, context) }
}

const quick = () => slow({ steps: 2, seconds: 0.01 })

describe.concurrent('a ticket is lost', () => {
  it('is made anew while its job waits, and starts it', async (context) => {
    const { expect } = context
    const { url, cluster, intake } = await start(context, { workers: 0 })
    const jobs = [await submit(url, quick()), await submit(url, quick())]
    const queue = await intake()
    // one wakes a worker for both
    const tickets = await queue.getWaiting()
    expect(tickets.length).toBeGreaterThan(0)
    for (const { id = '' } of tickets) expect(await queue.remove(id)).toBe(1)
    await until(async () => (await queue.count()) > 0, { what: 'there is a ticket again' })
    await cluster.addWorker().start()
    for (const { id } of jobs)
      expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 1 })
  })

  it('is made anew while its job is on a host, where it is found again and not begun anew', async (context) => {
    const { expect } = context
    const { url, cluster, redis, keys, hostQueue } = await start(context, { workers: 1 })
    const [host] = cluster.simulators
    if (!host) throw new Error('no host')
    const { id } = await submit(url, slow({ steps: 40, seconds: 0.2 }))
    await whenExecuting(url, id)
    const queue = await hostQueue(host.hostId)
    const [ticket] = await queue.getActive()
    if (!ticket?.id) throw new Error('its ticket is in nobody’s hand')
    // as an eviction takes it, out of the hand of its worker
    const key = (name: string) => `${keys.bullPrefix}:${queue.name}:${name}`
    await redis.del(key(ticket.id), key(`${ticket.id}:lock`))
    await redis.lrem(key('active'), 0, ticket.id)
    await until(async () => (await queue.getActive()).some((one) => one.id === ticket.id), {
      what: 'its ticket is in a hand again',
      withinMs: 15_000,
    })
    expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(await outcomesOf([host])).toEqual(['success'])
  })
})

describe.concurrent('a job is in no place', () => {
  it('goes back to its place twice, and ends as internal the third time, a dead letter', async (context) => {
    const { expect } = context
    const { url, cluster, redis, keys } = await start(context, { workers: 0 })
    const [lucky, lost] = [await submit(url, quick()), await submit(url, quick())]
    const places = keys.backlog(ANY_POOL)
    const hasPlace = async (id: string) => (await redis.zscore(places, id)) !== null
    for (const time of [1, 2]) {
      await redis.zrem(places, lost.id)
      if (time === 1) await redis.zrem(places, lucky.id)
      await until(async () => (await hasPlace(lost.id)) && (await hasPlace(lucky.id)), 'both wait')
    }
    expect(await redis.zrange(places, '0', '-1')).toEqual([lucky.id, lost.id])
    await redis.zrem(places, lost.id)
    expect(await endOf(url, lost.id)).toMatchObject({
      status: 'failed',
      attempt: 0,
      error: { code: 'internal' },
    })
    expect(await (await fetch(`${url}/api/v2/dead-letters`)).text()).toContain(lost.id)
    await cluster.addWorker().start()
    expect(await endOf(url, lucky.id)).toMatchObject({ status: 'succeeded', attempt: 1 })
  })
})
