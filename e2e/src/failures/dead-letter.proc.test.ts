/** What becomes of jobs that nobody could run. */
import { deadLetterViewSchema, jobViewSchema } from '@safelight/shared'
import { openClient } from '@safelight/testkit/vitest'
import { describe, expect, it } from 'vitest'
import { createKeys } from '@safelight/store'
import { endOf, getJob, submit, whenExecuting, whenJob } from '../testing/client.ts'
import { openClusterHere } from '../testing/cluster-here.ts'
import { raising, slow } from '../testing/workflows.ts'

describe('too many failures', () => {
  it('puts the job among the dead letters, to be looked at and replayed as a new job', async (context) => {
    const cluster = await openClusterHere(
      { speed: 1, env: { worker: { MAX_HOST_LOSSES: '2' } } },
      context,
    )
    const { url } = cluster
    const [host] = cluster.simulators
    const { id } = await submit(url, slow({ steps: 60, seconds: 0.1 }))
    for (const attempt of [1, 2]) {
      await whenJob(url, id, (job) => job.attempt === attempt)
      await whenExecuting(url, id)
      await host?.kill('SIGKILL')
      await host?.start()
    }
    expect(await endOf(url, id)).toMatchObject({
      status: 'failed',
      attempt: 2,
      error: { code: 'host_unavailable' },
    })

    const one = `${url}/api/v2/dead-letters/${id}`
    const letter = deadLetterViewSchema.parse(await (await fetch(one)).json())
    expect(letter).toMatchObject({
      job: { id },
      attempts: 2,
      failures: [{ attempt: 1, host_id: host?.hostId, cause: 'host_unavailable' }],
      error: { code: 'host_unavailable' },
    })
    expect(await listed(url)).toContain(id)

    const answer = await fetch(`${one}/replay`, { method: 'POST' })
    const replay = jobViewSchema.parse(await answer.json())
    expect(replay.id).not.toBe(id)
    expect((await endOf(url, replay.id)).status).toBe('succeeded')
    expect(await listed(url)).not.toContain(id)
    expect((await getJob(url, id)).status).toBe('failed')
  })

  it('lets go of a dead letter that nobody wants', async (context) => {
    const cluster = await openClusterHere({ env: { worker: { MAX_ATTEMPTS: '1' } } }, context)
    const { url } = cluster
    const { id } = await submit(url, raising('oom'))
    await endOf(url, id)
    expect(await listed(url)).toContain(id)
    const answer = await fetch(`${url}/api/v2/dead-letters/${id}`, { method: 'DELETE' })
    expect(answer.ok).toBe(true)
    expect(await listed(url)).not.toContain(id)
  })
})

describe('something nobody foresaw is thrown while a job is in hand', () => {
  it('ends it as internal, a dead letter, at the third time; other jobs go on', async (context) => {
    const cluster = await openClusterHere({ workers: 0 }, context)
    const { url } = cluster
    const odd = await submit(url, slow({ steps: 2, seconds: 0.01 }))
    const next = await submit(url, slow({ steps: 2, seconds: 0.01 }))
    const redis = await openClient('worker')
    const key = createKeys(cluster.namespace).workflow(odd.id)
    await redis.set(key, '{"1":"no node at all"}')
    const worker = cluster.addWorker()
    await worker.start()
    expect(await endOf(url, odd.id)).toMatchObject({
      status: 'failed',
      error: { code: 'internal' },
    })
    expect(await listed(url)).toContain(odd.id)
    expect((await endOf(url, next.id)).status).toBe('succeeded')
    const told = (await worker.told()).split('\n').filter((line) => line.includes('unforeseen'))
    expect(told).toHaveLength(3)
  })
})

async function listed(url: string): Promise<string> {
  return await (await fetch(`${url}/api/v2/dead-letters`)).text()
}
