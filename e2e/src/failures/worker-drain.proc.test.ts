/** What a worker does when it is told to stop. */
import { describe, expect, it, type TestContext } from 'vitest'
import { endOf, submit, whenBegun, whenExecuting } from '../testing/client.ts'
import { openClusterHere } from '../testing/cluster-here.ts'
import { until } from '@safelight/testkit'
import { outcomesOf, setFaults } from '../testing/hosts.ts'
import { watchScale } from '../testing/scale-watch.ts'
import { slow } from '../testing/workflows.ts'

async function start(context: TestContext, drain: string) {
  const cluster = await openClusterHere(
    { speed: 1, workers: 1, env: { worker: { DRAIN_TIMEOUT: drain } } },
    context,
  )
  const [worker] = cluster.workers
  const [host] = cluster.simulators
  if (!worker || !host) throw new Error('no worker, or no host')
  return {
    cluster,
    worker,
    url: cluster.url,
    /** Nothing that runs there ends before. */
    hold: () => setFaults(host, { held: true }),
    release: () => setFaults(host, { held: false }),
    outcomes: () => outcomesOf(cluster.simulators),
  }
}

describe.concurrent('worker SIGTERM', () => {
  it('finishes what it has and takes nothing new', async (context) => {
    const { cluster, worker, url, outcomes, ...host } = await start(context, '60s')
    await host.hold()
    const { id } = await submit(url, slow({ steps: 2, seconds: 0.2 }))
    await whenBegun(url, id)
    await worker.kill('SIGTERM')
    await until(async () => (await worker.told()).includes('"stopping"'), { what: 'it stops' })
    const later = await submit(url, slow({ steps: 2, seconds: 0.01 }))
    await host.release()
    expect(await worker.ended()).toBe(0)
    expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(await outcomes()).toEqual(['success'])
    await cluster.addWorker().start()
    expect(await endOf(url, later.id)).toMatchObject({ status: 'succeeded' })
  })

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
  })

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
  })

  it('may take the last worker away: a scaler is told of what waits, and no job is lost', async (context) => {
    const { worker, url, outcomes, ...host } = await start(context, '60s')
    const scale = watchScale(url)
    context.onTestFinished(() => scale.stop())
    const send = async (steps: number) => {
      const { id } = await submit(url, slow({ steps, seconds: 0.1 }))
      scale.accepted(id)
      return id
    }
    await host.hold()
    const ids = [await send(5), await send(5), await send(5)]
    await whenBegun(url, ids[0] ?? '')
    // a node that is taken away under it
    await worker.kill('SIGTERM')
    await until(async () => (await worker.told()).includes('"stopping"'), { what: 'it stops' })
    ids.push(await send(5))
    await host.release()
    expect(await worker.ended()).toBe(0)
    ids.push(await send(5))
    const none = await scale.when(
      'jobs wait for a first host',
      ({ hosts_ready, backlog, running }) => hosts_ready === 0 && backlog > 1 && running === 0,
    )
    expect(none).toMatchObject({ slots: 0, wanted_hosts: expect.toSatisfy((n) => n >= 1) })
    await worker.start()
    for (const id of ids)
      expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    await scale.when('none is wanted', (now) => now.wanted_hosts === 0)
    await worker.kill('SIGTERM')
    expect(await worker.ended()).toBe(0)

    const zeros = scale.zeros()
    await until(() => scale.zeros() > zeros, { what: 'it is asked again' })
    ids.push(await send(2))
    await scale.when('one is wanted again', (now) => now.wanted_hosts === 1)
    await worker.start()
    expect(await endOf(url, ids.at(-1) ?? '')).toMatchObject({ status: 'succeeded', attempt: 1 })
    await scale.stop()
    expect(scale.faults).toEqual([])
    expect(await outcomes()).toEqual(ids.map(() => 'success'))
  })
})
