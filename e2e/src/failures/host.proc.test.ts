/** Hosts that fail, each in its own way: the job ends well, and the host ends in the state that fits. */
import { describe, expect, it, type TestContext } from 'vitest'
import { endOf, submit, whenExecuting, whenJob } from '../testing/client.ts'
import { type ClusterHereOptions, openClusterHere } from '../testing/cluster-here.ts'
import { until } from '@safelight/testkit'
import { outcomesOf, setFaults, whenAllReady, whenHost } from '../testing/hosts.ts'
import { slow } from '../testing/workflows.ts'

async function start(context: TestContext, options: ClusterHereOptions = {}) {
  const cluster = await openClusterHere({ speed: 1, ...options }, context)
  const [host, other = host] = cluster.simulators
  if (!host || !other) throw new Error('no host')
  return {
    cluster,
    url: cluster.url,
    host,
    other,
    outcomes: () => outcomesOf(cluster.simulators),
  }
}

const TWO = { hosts: [{ dialect: '0.3.34' as const }, { dialect: '0.33.0' as const }] }

describe.concurrent('host unreachable, restarted, or the prompt vanished', () => {
  it('moves the job to another host, rests the one that is gone, and spends none of the job’s own attempts', async (context) => {
    const { url, host, cluster } = await start(context, {
      ...TWO,
      env: { worker: { MAX_ATTEMPTS: '1', HOST_TIMEOUT: '3s' } },
    })
    const { id } = await submit(url, slow({ steps: 30, seconds: 0.2 }))
    await whenExecuting(url, id)
    const [first] = await Promise.all(cluster.simulators.map((one) => outcomesOf([one])))
    const [hit, spared] = first?.length === 1 ? cluster.simulators : cluster.simulators.toReversed()
    if (!hit || !spared) throw new Error('no host')
    await hit.kill('SIGKILL')
    await whenHost(url, hit.hostId, ({ state }) => state === 'offline')
    expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 2 })
    expect(await outcomesOf([hit])).toEqual(['running'])
    expect(await outcomesOf([spared])).toEqual(['success'])
    await hit.start()
    await whenHost(url, hit.hostId, ({ state }) => state === 'ready')
    expect(host.pid()).not.toBeNull()
  })

  it('notices a restart in the middle of a prompt, though the host answers again at once', async (context) => {
    const { url, host, outcomes } = await start(context)
    const { id } = await submit(url, slow({ steps: 20, seconds: 0.2 }))
    await whenExecuting(url, id)
    await host.kill('SIGKILL')
    await host.start()
    expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 2 })
    expect(await outcomes()).toEqual(['running', 'success'])
  })

  it('takes a host that hangs for one that is gone, after its timeout, and stops what was left there when it wakes', async (context) => {
    const { url, cluster } = await start(context, {
      ...TWO,
      env: { worker: { HOST_TIMEOUT: '3s' } },
    })
    const { id } = await submit(url, slow({ steps: 60, seconds: 0.2 }))
    await whenExecuting(url, id)
    const counts = await Promise.all(cluster.simulators.map((one) => outcomesOf([one])))
    const hit = cluster.simulators[counts.findIndex(({ length }) => length === 1)]
    if (!hit) throw new Error('it runs nowhere')
    await hit.kill('SIGSTOP')
    await whenJob(url, id, ({ attempt }) => attempt === 2)
    expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 2 })
    // nobody could tell it while it hung; it is told when it is heard of again
    await hit.kill('SIGCONT')
    await until(async () => (await outcomesOf([hit]))[0] === 'interrupted', {
      what: 'the prompt that was left there is stopped',
    })
  })
})

describe.concurrent('socket deaf', () => {
  it.for([{ deaf: true }, { blockedDelivery: true }])(
    'finishes the job by polling and calls the host degraded: %o',
    async (faults, context) => {
      const { url, host, outcomes } = await start(context)
      await setFaults(host, { ...faults, held: true })
      const { id } = await submit(url, slow({ steps: 2, seconds: 0.1 }))
      await whenHost(url, host.hostId, ({ state }) => state === 'degraded')
      await setFaults(host, { held: false })
      expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 1 })
      expect(await outcomes()).toEqual(['success'])
      const { reason } = await whenHost(url, host.hostId, ({ state }) => state === 'degraded')
      expect(reason.code).toBe('socket_deaf')
    },
  )
})

describe.concurrent('executor dead while HTTP answers', () => {
  it('interrupts in vain, quarantines the host, and runs the job on another; a restart ends the quarantine', async (context) => {
    const { url, host, cluster } = await start(context, {
      hosts: [{ faults: { executorDead: true } }, {}],
      env: { worker: { STALL_TIMEOUT: '4s', STOP_TIMEOUT: '3s' } },
    })
    await whenAllReady(url, cluster.simulators)
    const jobs = await Promise.all(
      [1, 2, 3].map(() => submit(url, slow({ steps: 5, seconds: 0.1 }))),
    )
    const quarantined = await whenHost(url, host.hostId, ({ state }) => state === 'quarantined')
    expect(quarantined.reason.code).toBe('executor_stuck')
    for (const { id } of jobs) expect((await endOf(url, id)).status).toBe('succeeded')
    const healthy = cluster.simulators.filter((one) => one !== host)
    expect(await outcomesOf(healthy)).toEqual(['success', 'success', 'success'])
    await host.kill('SIGKILL')
    await host.start()
    await whenHost(url, host.hostId, ({ state }) => state !== 'quarantined')
  })
})

describe.concurrent('no movement', () => {
  it('interrupts the prompt, sees it end, tries elsewhere, and fails as stalled when that is no better', async (context) => {
    const { url, cluster, outcomes } = await start(context, {
      ...TWO,
      env: { worker: { STALL_TIMEOUT: '3s', MAX_ATTEMPTS: '2' } },
    })
    for (const one of cluster.simulators) await setFaults(one, { held: true })
    const { id } = await submit(url, slow({ steps: 3, seconds: 0.1 }))
    const job = await endOf(url, id)
    expect(job).toMatchObject({ status: 'failed', error: { code: 'stalled' } })
    const seen = await outcomes()
    expect(seen).toEqual(seen.map(() => 'interrupted'))
    expect(seen).toHaveLength(job.attempt)
  })
})

describe.concurrent('an interrupt that nobody asked for', () => {
  it('is not taken for a cancel: the job is tried again and succeeds', async (context) => {
    const { url, host, outcomes } = await start(context)
    const { id } = await submit(url, slow({ steps: 20, seconds: 0.2 }))
    await whenExecuting(url, id)
    await fetch(`${host.url}/interrupt`, { method: 'POST' })
    expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 2, error: null })
    expect(await outcomes()).toEqual(['interrupted', 'success'])
  })
})
