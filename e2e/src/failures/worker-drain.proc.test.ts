/** What a worker does when it is told to stop. */
import { describe, expect, it, type TestContext } from 'vitest'
import { endOf, submit, whenExecuting } from '../testing/client.ts'
import { openQuickCluster } from '../testing/quick-cluster.ts'
import { until } from '@safelight/testkit'
import { outcomesOf } from '../testing/hosts.ts'
import { slow } from '../testing/workflows.ts'

async function start(context: TestContext, drain: string) {
  const cluster = await openQuickCluster(
    { speed: 1, env: { worker: { DRAIN_TIMEOUT: drain } } },
    context,
  )
  const [worker] = cluster.workers
  if (!worker) throw new Error('no worker')
  return {
    cluster,
    worker,
    url: cluster.apis[0]?.url ?? '',
    outcomes: () => outcomesOf(cluster.simulators),
  }
}

describe.concurrent('worker SIGTERM', () => {
  it('finishes what it has and takes nothing new', async (context) => {
    const { cluster, worker, url, outcomes } = await start(context, '30s')
    const { id } = await submit(url, slow({ steps: 15, seconds: 0.2 }))
    await whenExecuting(url, id)
    await worker.kill('SIGTERM')
    await until(async () => (await worker.told()).includes('"stopping"'), { what: 'it stops' })
    const later = await submit(url, slow({ steps: 2, seconds: 0.01 }))
    expect(await worker.ended()).toBe(0)
    expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(await outcomes()).toEqual(['success'])
    await cluster.addWorker().start()
    expect(await endOf(url, later.id)).toMatchObject({ status: 'succeeded' })
  }, 60_000)

  it('hands back what does not end in time without spending an attempt, and leaves the prompt running for its successor', async (context) => {
    const { cluster, worker, url, outcomes } = await start(context, '500ms')
    const { id } = await submit(url, slow({ steps: 60, seconds: 0.2 }))
    await whenExecuting(url, id)
    await worker.kill('SIGTERM')
    expect(await worker.ended()).toBe(0)
    expect(await outcomes()).toEqual(['running'])
    await cluster.addWorker().start()
    expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(await outcomes()).toEqual(['success'])
  }, 60_000)

  it('exits at once at the second signal, and the successor goes on all the same', async (context) => {
    const { cluster, worker, url, outcomes } = await start(context, '30s')
    const { id } = await submit(url, slow({ steps: 60, seconds: 0.2 }))
    await whenExecuting(url, id)
    await worker.kill('SIGTERM')
    await until(async () => (await worker.told()).includes('"stopping"'), { what: 'it stops' })
    await worker.kill('SIGTERM')
    expect(await worker.ended()).toBe(1)
    await cluster.addWorker().start()
    expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(await outcomes()).toEqual(['success'])
  }, 60_000)
})
