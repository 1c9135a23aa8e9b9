/** A worker that dies after the last execution it saw, and before anything of it is stored. */
import { describe, expect, it } from 'vitest'
import { endOf, submit, whenJob } from '../testing/client.ts'
import { outcomesOf, setFaults } from '../testing/hosts.ts'
import { openClusterHere } from '../testing/cluster-here.ts'
import { slow } from '../testing/workflows.ts'

describe('worker killed between the end of an execution and the fetching of its outputs', () => {
  it('is replaced by one that fetches them, though the host has forgotten the prompt; nothing runs twice', async (context) => {
    const cluster = await openClusterHere({ speed: 1, workers: 1 }, context)
    const { url } = cluster
    const [[host], [worker]] = [cluster.simulators, cluster.workers]
    if (!host || !worker) throw new Error('not started')
    await setFaults(host, { unservedFile: 'slow', unservedStatus: 500 })
    const { id } = await submit(url, slow({ steps: 2, seconds: 0.1 }))
    await whenJob(url, id, ({ phase }) => phase === 'collecting')
    await worker.kill('SIGKILL')
    await setFaults(host, { unservedFile: '', unservedStatus: 404, historyWiped: true })
    await worker.start()
    expect(await endOf(url, id)).toMatchObject({
      status: 'succeeded',
      attempt: 1,
      outputs: [{ name: 'slow_00001_.png' }],
    })
    expect(await outcomesOf([host])).toEqual(['success'])
    // its slot was free all the while
    const next = await submit(url, slow({ steps: 2, seconds: 0.1 }))
    expect((await endOf(url, next.id)).status).toBe('succeeded')
  })
})
