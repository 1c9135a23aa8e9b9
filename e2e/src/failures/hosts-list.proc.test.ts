/** A list of hosts that changes while jobs run, and hosts that want to see other credentials than it says. */
import { openHostsFile } from '@safelight/testkit'
import { describe, expect, it, type TestContext } from 'vitest'
import { endOf, submit, whenExecuting } from '../testing/client.ts'
import { outcomesOf, setFaults, whenHost } from '../testing/hosts.ts'
import { openClusterHere } from '../testing/cluster-here.ts'
import { slow } from '../testing/workflows.ts'

async function start(context: TestContext, env: Record<string, string> = {}) {
  const hosts = [{ dialect: '0.33.0' as const }, { dialect: '0.3.64' as const }]
  const cluster = await openClusterHere({ speed: 1, hosts, workers: 0 }, context)
  const [one, other] = cluster.simulators
  if (!one || !other) throw new Error('no host')
  const { path, list } = openHostsFile(cluster.folder)
  return {
    url: cluster.url,
    one,
    other,
    list,
    startWorker: () =>
      cluster.startWorker({ COMFYUI_HOSTS: '', SAFELIGHT_HOSTS_FILE: path, ...env }),
  }
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

describe.concurrent('a host is taken off the list', () => {
  it('finishes what it has, is driven no longer, and no restart is needed', async (context) => {
    const { url, one, other, list, startWorker } = await start(context)
    await list({ name: 'one', url: one.url })
    await startWorker()
    await whenHost(url, 'one', ({ state }) => state === 'ready')
    const { id } = await submit(url, slow({ steps: 20, seconds: 0.2 }))
    await whenExecuting(url, id)
    await list({ name: 'other', url: other.url, labels: ['new'] })
    const added = await whenHost(url, 'other', ({ state }) => state === 'ready')
    expect(added.labels).toEqual(['new'])
    const second = await submit(url, slow({ steps: 1, seconds: 0.1 }))
    expect(await endOf(url, second.id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    const left = await whenHost(url, 'one', ({ workers }) => workers.length === 0)
    expect(left).toMatchObject({ state: 'offline', reason: { code: 'no_worker' } })
    expect(await outcomesOf([one, other])).toEqual(['success', 'success'])
  })
})

describe.concurrent('a host that does not accept our credentials', () => {
  it('loses no job when the credentials on the list are put right in time', async (context) => {
    const { url, one, list, startWorker } = await start(context)
    await setFaults(one, { demandsAuthorization: 'Bearer old' })
    await list({ name: 'one', url: one.url, ...bearer('old') })
    await startWorker()
    await whenHost(url, 'one', ({ state }) => state === 'ready')
    const { id } = await submit(url, slow({ steps: 40, seconds: 0.2 }))
    await whenExecuting(url, id)
    await setFaults(one, { demandsAuthorization: 'Bearer new' })
    // not before: a host that has just lost a job rests
    await whenHost(url, 'one', ({ reason }) => reason.code === 'unauthorized')
    await list({ name: 'one', url: one.url, ...bearer('new') })
    await whenHost(url, 'one', ({ state }) => state !== 'offline')
    expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(await outcomesOf([one])).toEqual(['success'])
  })

  // the second: a proxy that sends whoever it does not know to its login page
  it.for([403, 302])(
    'loses its jobs to other hosts after its timeout (%i)',
    async (deniedStatus, context) => {
      const { url, one, other, list, startWorker } = await start(context, { HOST_TIMEOUT: '2s' })
      const first = { name: 'one', url: one.url }
      await list(first)
      await startWorker()
      await whenHost(url, 'one', ({ state }) => state === 'ready')
      const { id } = await submit(url, slow({ steps: 40, seconds: 0.2 }))
      await whenExecuting(url, id)
      // before there is another: that may take longer than the job
      await setFaults(one, { demandsAuthorization: 'Bearer new', deniedStatus })
      await list(first, { name: 'other', url: other.url })
      expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 2 })
      // not before: a host that has just lost a job rests
      await whenHost(url, 'one', ({ reason }) => reason.code === 'unauthorized')
      expect(await outcomesOf([other])).toEqual(['success'])
    },
  )
})
