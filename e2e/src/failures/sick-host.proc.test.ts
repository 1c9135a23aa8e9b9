/** Hosts that answer and run, but not well: whatever they get fails at once, a file is missing, a success is forgotten. */
import { describe, expect, it, type TestContext } from 'vitest'
import { endOf, submit } from '../testing/client.ts'
import { outcomesOf, setFaults, whenAllReady, whenHost } from '../testing/hosts.ts'
import { type ClusterHereOptions, openClusterHere } from '../testing/cluster-here.ts'
import { slow } from '../testing/workflows.ts'

async function start(context: TestContext, options: ClusterHereOptions = {}) {
  const cluster = await openClusterHere({ speed: 20, ...options }, context)
  const [host] = cluster.simulators
  if (!host) throw new Error('no host')
  return { cluster, url: cluster.url, host }
}

const quick = () => slow({ steps: 2, seconds: 1 })

describe.concurrent('a host that fails every job at once', () => {
  it('costs no job anything, is quarantined, and comes back when a job succeeds there', async (context) => {
    const { url, host, cluster } = await start(context, {
      hosts: [{ faults: { nodesRaise: 'cuda' } }, {}],
    })
    await whenAllReady(url, cluster.simulators)
    const jobs = await Promise.all(Array.from({ length: 30 }, () => submit(url, quick())))
    const ends = await Promise.all(jobs.map(({ id }) => endOf(url, id)))
    expect(ends.map(({ status }) => status)).toEqual(Array(30).fill('succeeded'))
    const sound = cluster.simulators.filter((one) => one !== host)
    expect(await outcomesOf(sound)).toEqual(Array(30).fill('success'))
    const { reason } = await whenHost(url, host.hostId, ({ state }) => state === 'quarantined')
    expect(reason.code).toBe('device_fault')

    await setFaults(host, { nodesRaise: 'none' })
    const more = await Promise.all(Array.from({ length: 10 }, () => submit(url, quick())))
    await whenHost(url, host.hostId, ({ state }) => state === 'ready' || state === 'busy')
    for (const { id } of more) expect((await endOf(url, id)).status).toBe('succeeded')
    expect(await outcomesOf([host])).toContain('success')
  })
})

describe.concurrent('one file that a host cannot serve', () => {
  it('fails the job, which keeps its other outputs, and not the host', async (context) => {
    const { url, host, cluster } = await start(context)
    await setFaults(host, { unservedFile: 'lost', unservedStatus: 400 })
    const { id } = await submit(url, {
      ...quick(),
      '4': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'lost' } },
    })
    expect(await endOf(url, id)).toMatchObject({
      status: 'failed',
      attempt: 1,
      outputs: [{ node_id: '3' }],
      error: {
        code: 'output_missing',
        details: { missing: [{ node_id: '4', name: 'lost_00001_.png', reason: 'refused' }] },
      },
    })
    await whenHost(url, host.hostId, ({ state }) => state === 'ready')
    const next = await submit(url, quick())
    expect(await endOf(url, next.id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(await outcomesOf(cluster.simulators)).toEqual(['success', 'success'])
  })
})

describe.concurrent('a success that its host forgets', () => {
  it('is waited for, and never executed twice', async (context) => {
    const settleMs = 1_000
    const { url, host, cluster } = await start(context, {
      env: { worker: { SAFELIGHT_TIMINGS: JSON.stringify({ session: { settleMs } }) } },
    })
    await setFaults(host, { historyLate: 3 })
    const late = await submit(url, quick())
    expect(await endOf(url, late.id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    await setFaults(host, { historyGone: true })
    const gone = await submit(url, quick())
    expect(await endOf(url, gone.id)).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code: 'output_missing' },
    })
    expect(await outcomesOf(cluster.simulators)).toEqual(['success', 'success'])
  })
})
