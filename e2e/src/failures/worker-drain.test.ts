/** What a worker does when it is told to stop. */
import { afterEach, describe, expect, inject, it } from 'vitest'
import { endOf, submit, whenExecuting } from '../testing/client.ts'
import { type Cluster, startCluster } from '../testing/cluster.ts'
import { readExecutions } from '../testing/executions.ts'
import { until } from '../testing/until.ts'
import { slow } from '../testing/workflows.ts'

describe('worker SIGTERM', () => {
  let cluster: Cluster
  const url = () => cluster.apis[0]?.url ?? ''
  const executions = () => readExecutions(cluster.simulators[0]?.executionsFile ?? '')
  const start = async (drain: string) => {
    cluster = await startCluster({
      redis: { url: inject('redisUrl') },
      speed: 1,
      env: { worker: { DRAIN_TIMEOUT: drain } },
    })
    const [worker] = cluster.workers
    if (!worker) throw new Error('no worker')
    return worker
  }
  afterEach(() => cluster.close())

  it('finishes what it has and takes nothing new', async () => {
    const worker = await start('30s')
    const { id } = await submit(url(), slow({ steps: 15, seconds: 0.2 }))
    await whenExecuting(url(), id)
    await worker.kill('SIGTERM')
    await until(async () => (await worker.told()).includes('"stopping"'), { what: 'it stops' })
    const later = await submit(url(), slow({ steps: 2, seconds: 0.01 }))
    expect(await worker.ended()).toBe(0)
    expect(await endOf(url(), id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(await executions()).toHaveLength(1)
    await cluster.addWorker().start()
    expect(await endOf(url(), later.id)).toMatchObject({ status: 'succeeded' })
  }, 60_000)

  it('hands back what does not end in time without spending an attempt, and leaves the prompt running for its successor', async () => {
    const worker = await start('500ms')
    const { id } = await submit(url(), slow({ steps: 60, seconds: 0.2 }))
    await whenExecuting(url(), id)
    await worker.kill('SIGTERM')
    expect(await worker.ended()).toBe(0)
    expect((await executions()).map(({ outcome }) => outcome)).toEqual(['running'])
    await cluster.addWorker().start()
    expect(await endOf(url(), id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect((await executions()).map(({ outcome }) => outcome)).toEqual(['success'])
  }, 60_000)

  it('exits at once at the second signal, and the successor goes on all the same', async () => {
    const worker = await start('30s')
    const { id } = await submit(url(), slow({ steps: 60, seconds: 0.2 }))
    await whenExecuting(url(), id)
    await worker.kill('SIGTERM')
    await until(async () => (await worker.told()).includes('"stopping"'), { what: 'it stops' })
    await worker.kill('SIGTERM')
    expect(await worker.ended()).toBe(1)
    await cluster.addWorker().start()
    expect(await endOf(url(), id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect((await executions()).map(({ outcome }) => outcome)).toEqual(['success'])
  }, 60_000)
})
