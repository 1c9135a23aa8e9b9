/** What owners share, and what workers do: the queue, and hosts. */
import { promptIdOf } from '@safelight/store'
import { readExecutions } from '@safelight/testkit'
import { describe, it } from 'vitest'
import { watchSlots } from '../chaos/slots.ts'
import { endOf, submit, whenExecuting } from '../testing/client.ts'
import { outcomesOf } from '../testing/hosts.ts'
import { openClusterHere } from '../testing/cluster-here.ts'
import { slow } from '../testing/workflows.ts'

const MANY = 30
const FEW = 3
const SLOTS = 2

const brief = () => slow({ steps: 1, seconds: 0.02 })

describe.concurrent('an owner floods the queue', () => {
  it('waits behind the jobs of others, who came later, from job to job', async (context) => {
    const { expect } = context
    const cluster = await openClusterHere({ workers: 0 }, context)
    const { url } = cluster
    const flood: string[] = []
    for (let n = 0; n < MANY; n += 1)
      flood.push((await submit(url, brief(), { owner: 'flood' })).id)
    const few: string[] = []
    for (let n = 0; n < FEW; n += 1) few.push((await submit(url, brief(), { owner: 'few' })).id)
    await cluster.startWorker()
    for (const id of [...few, ...flood]) expect((await endOf(url, id)).status).toBe('succeeded')
    const ran = await readExecutions(cluster.simulators[0]?.executionsFile ?? '')
    const order = ran.toSorted((a, b) => a.startedAt - b.startedAt).map(({ clientId }) => clientId)
    const turns = few.map((id) => order.indexOf(promptIdOf(id, 1)))
    expect(order).toHaveLength(MANY + FEW)
    expect(Math.min(...turns)).toBeGreaterThanOrEqual(0)
    // one of the flood before each
    expect(Math.max(...turns)).toBeLessThan(2 * FEW)
  })
})

describe.concurrent('workers share a host', () => {
  it('never gives it more prompts than it has slots, also when one of them is killed', async (context) => {
    const { expect } = context
    const cluster = await openClusterHere({ workers: 2, speed: 1 }, context)
    const { url } = cluster
    const stopped = new AbortController()
    const watch = watchSlots({ hosts: cluster.simulators, slots: SLOTS, signal: stopped.signal })
    const jobs: string[] = []
    for (const steps of [30, 5, 5, 5, 5, 5, 5]) {
      jobs.push((await submit(url, slow({ steps, seconds: 0.2 }))).id)
    }
    await whenExecuting(url, jobs[0] ?? '')
    const [worker] = cluster.workers
    await worker?.kill('SIGKILL')
    await worker?.start()
    for (const id of jobs)
      expect(await endOf(url, id)).toMatchObject({ status: 'succeeded', attempt: 1 })
    stopped.abort()
    await watch.done
    expect(watch.overfull).toEqual([])
    expect(watch.looks()).toBeGreaterThan(20)
    expect(await outcomesOf(cluster.simulators)).toEqual(jobs.map(() => 'success'))
  })
})
