/** A job that kills whoever takes it, and what becomes of the jobs beside it. */
import { describe, expect, it } from 'vitest'
import { endOf, getJob, submit, whenExecuting, whenJob } from '../testing/client.ts'
import { outcomesOf } from '../testing/hosts.ts'
import { openClusterHere } from '../testing/cluster-here.ts'
import { slow } from '../testing/workflows.ts'

const LIVES = 3

describe('a job that costs its worker its life, again and again', () => {
  it('ends as worker_lost, a dead letter, after three of them; the jobs beside it go on', async (context) => {
    const cluster = await openClusterHere({ workers: 1, hosts: [{}, {}], speed: 1 }, context)
    const { url } = cluster
    const [worker] = cluster.workers
    if (!worker) throw new Error('a worker was asked for')
    const deadly = (await submit(url, slow({ steps: 600, seconds: 0.2 }))).id
    await whenExecuting(url, deadly)
    const beside = (await submit(url, slow({ steps: 60, seconds: 0.2 }))).id
    await whenExecuting(url, beside)
    for (let life = 1; life <= LIVES; life += 1) {
      // whenever it is in a worker's hands
      const { seq } = await getJob(url, deadly)
      await whenJob(url, deadly, (job) => job.seq > seq + 1)
      await worker.kill('SIGKILL')
      await worker.start()
    }
    expect(await endOf(url, deadly)).toMatchObject({
      status: 'failed',
      attempt: 1,
      error: { code: 'worker_lost' },
    })
    expect(await endOf(url, beside)).toMatchObject({ status: 'succeeded', attempt: 1 })
    const letters = await (await fetch(`${url}/api/v2/dead-letters`)).text()
    expect(letters).toContain(deadly)
    expect(letters).not.toContain(beside)
    const next = await submit(url, slow({ steps: 2, seconds: 0.01 }))
    expect((await endOf(url, next.id)).status).toBe('succeeded')
    // nobody runs what is given up
    expect((await outcomesOf(cluster.simulators)).toSorted()).toEqual([
      'interrupted',
      'success',
      'success',
    ])
  })
})
