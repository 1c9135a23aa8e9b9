/** Hosts that no worker drives any more, and pools that no host serves any more. */
import { openHostsFile, readExecutions } from '@safelight/testkit'
import { describe, it } from 'vitest'
import { endOf, getJob, submit, whenExecuting } from '../testing/client.ts'
import { whenHost } from '../testing/hosts.ts'
import { openClusterHere } from '../testing/cluster-here.ts'
import { slow } from '../testing/workflows.ts'

/** Reports of workers that died count for half a minute in life. */
const API = {
  ADOPT_WAIT: '500ms',
  SAFELIGHT_TIMINGS: JSON.stringify({ reconcileMs: 200, store: { hostFreshMs: 2_000 } }),
}

describe.concurrent('a host that nobody drives any more', () => {
  it('gives its jobs back: the prompt there is stopped before the job begins anew', async (context) => {
    const { expect } = context
    const cluster = await openClusterHere(
      { speed: 1, hosts: [{}, {}], workers: 0, env: { api: API } },
      context,
    )
    const { url } = cluster
    const [left, other] = cluster.simulators
    if (!left || !other) throw new Error('no host')
    const only = cluster.addWorker({ COMFYUI_HOSTS: left.url })
    await only.start()
    const { id } = await submit(url, slow({ steps: 60, seconds: 0.2 }))
    await whenExecuting(url, id)
    await only.kill('SIGKILL')
    await cluster.startWorker({ COMFYUI_HOSTS: other.url })
    expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 2 })
    const [stopped] = await readExecutions(left.executionsFile)
    const [again, ...more] = await readExecutions(other.executionsFile)
    expect([stopped?.outcome, again?.outcome, more]).toEqual(['interrupted', 'success', []])
    expect(stopped?.endedAt).toBeLessThanOrEqual(again?.startedAt ?? 0)
  })
})

describe.concurrent('a pool without hosts', () => {
  it('keeps its jobs waiting, others go on, and a host that gets its label runs them', async (context) => {
    const { expect } = context
    const cluster = await openClusterHere({ speed: 1, workers: 0 }, context)
    const { url } = cluster
    const [host] = cluster.simulators
    if (!host) throw new Error('no host')
    const { path, list } = openHostsFile(cluster.folder)
    const own = { name: 'one', url: host.url, slots: 1 }
    await list({ ...own, labels: ['video'] })
    await cluster.startWorker({ COMFYUI_HOSTS: '', SAFELIGHT_HOSTS_FILE: path })
    await whenHost(url, 'one', ({ state, labels }) => state === 'ready' && labels.length === 1)
    const first = await submit(url, slow({ steps: 20, seconds: 0.2 }), { pool: 'video' })
    await whenExecuting(url, first.id)
    const waits = await submit(url, slow({ steps: 1, seconds: 0.1 }), { pool: 'video' })
    await list(own)
    await whenHost(url, 'one', ({ labels }) => labels.length === 0)
    // what runs there stays, and whoever needs no label is next
    const anywhere = await submit(url, slow({ steps: 1, seconds: 0.1 }))
    expect(await endOf(url, first.id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(await endOf(url, anywhere.id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(await getJob(url, waits.id)).toMatchObject({ status: 'queued', attempt: 0 })
    await list({ ...own, labels: ['video'] })
    expect(await endOf(url, waits.id)).toMatchObject({ status: 'succeeded', attempt: 1 })
  })
})
