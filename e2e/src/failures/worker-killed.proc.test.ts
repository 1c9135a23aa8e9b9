/** What a worker leaves behind when it is killed, or stopped, on hosts of every generation. */
import { describe, it, type TestContext } from 'vitest'
import type { Dialect } from '@safelight/simulator'
import { readExecutions, until } from '@safelight/testkit'
import { cancel, endOf, submit, whenBegun, whenExecuting, whenJob } from '../testing/client.ts'
import { openClusterHere } from '../testing/cluster-here.ts'
import { setFaults } from '../testing/hosts.ts'
import { slow } from '../testing/workflows.ts'

const SUCCESSION_MS = 15_000
const DIALECTS = ['0.33.0', '0.3.64', '0.3.34'] as const

async function start(context: TestContext, dialect: Dialect) {
  // one alone on older hosts: how many share a host is no matter of its dialect
  const workers = dialect === '0.33.0' ? 2 : 1
  const cluster = await openClusterHere({ workers, hosts: [{ dialect }], speed: 1 }, context)
  return {
    url: cluster.url,
    cluster,
    outcomes: async () =>
      (await readExecutions(cluster.simulators[0]?.executionsFile ?? '')).map(
        ({ outcome }) => outcome,
      ),
    killWorkers: async () => {
      for (const worker of cluster.workers) await worker.kill('SIGKILL')
      return Date.now()
    },
  }
}

describe.concurrent('worker killed (-9)', () => {
  it.for(DIALECTS)(
    'is replaced within 15 seconds by one that follows the running prompt and collects the finished one; nothing runs twice (host %s)',
    async (dialect, context) => {
      const { expect } = context
      const { url, cluster, killWorkers, outcomes } = await start(context, dialect)
      const [host] = cluster.simulators
      if (!host) throw new Error('there is a host')
      // one is over before anybody is back, the other is still running then; two slots: the host is full
      const brief = (await submit(url, slow({ steps: 12, seconds: 0.2 }))).id
      await whenExecuting(url, brief)
      const long = (await submit(url, slow({ steps: 30, seconds: 0.2 }))).id
      await whenJob(url, long, ({ phase }) => phase === 'submitted' || phase === 'executing')

      const killedAt = await killWorkers()
      await until(async () => (await outcomes()).length === 2, { what: 'the second runs' })
      // until somebody follows it, however long that takes
      await setFaults(host, { held: true })
      await cluster.addWorker().start()
      const collected = await endOf(url, brief)
      await whenBegun(url, long)
      await setFaults(host, { held: false })
      const followed = await whenExecuting(url, long)
      expect(Date.now() - killedAt).toBeLessThan(SUCCESSION_MS)
      expect(collected).toMatchObject({ status: 'succeeded', attempt: 1 })
      expect(followed).toMatchObject({ status: 'running', attempt: 1 })

      expect(await endOf(url, long)).toMatchObject({ status: 'succeeded', attempt: 1 })
      expect(await outcomes()).toEqual(['success', 'success'])
    },
  )
})

describe.concurrent('a cancel that nobody is there to see to', () => {
  it.for(DIALECTS)(
    'is left to the successor of a killed worker, who stops the host (host %s)',
    async (dialect, context) => {
      const { expect } = context
      const { url, cluster, killWorkers, outcomes } = await start(context, dialect)
      const { id } = await submit(url, slow({ steps: 300, seconds: 0.2 }))
      await whenExecuting(url, id)
      await killWorkers()
      expect((await cancel(url, id)).status).toBe('canceling')
      await cluster.addWorker().start()
      expect(await endOf(url, id)).toMatchObject({ status: 'canceled', outputs: [] })
      expect(await outcomes()).toEqual(['interrupted'])
    },
  )
})

describe.concurrent('worker frozen', () => {
  it('is fenced: what it does after its lock is lost changes nothing', async (context) => {
    const { expect } = context
    const { url, cluster, outcomes } = await start(context, '0.33.0')
    const [first, second] = cluster.workers
    if (!first || !second) throw new Error('two workers were asked for')
    await second.kill('SIGKILL')
    const { id } = await submit(url, slow({ steps: 130, seconds: 0.2 }))
    await whenExecuting(url, id)
    await first.kill('SIGSTOP')
    await second.start()
    const stopped = await whenExecuting(url, id)
    await whenJob(url, id, ({ seq }) => seq > stopped.seq + 5)
    await first.kill('SIGCONT')
    expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(await outcomes()).toEqual(['success'])
    // it noticed, and is of use again
    await second.kill('SIGKILL')
    const later = await submit(url, slow({ steps: 2, seconds: 0.01 }))
    expect(await endOf(url, later.id)).toMatchObject({ status: 'succeeded' })
  })
})
