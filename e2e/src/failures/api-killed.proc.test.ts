/** What clients see of an API that goes. */
import { afterEach, describe, expect, inject, it } from 'vitest'
import { endOf, getJob, submit, whenExecuting } from '../testing/client.ts'
import { type Cluster, startCluster } from '@safelight/testkit'
import { finalOf } from '../testing/follower.ts'
import { followBySocket } from '../testing/follow-socket.ts'
import { followBySse } from '../testing/follow-sse.ts'
import { slow } from '../testing/workflows.ts'

describe('API killed', () => {
  let cluster: Cluster
  afterEach(() => cluster.close())
  const start = async () => {
    cluster = await startCluster({ redis: { url: inject('redisUrl') }, apis: 2, speed: 1 })
    const [first, second] = cluster.apis
    if (!first || !second) throw new Error('two APIs were asked for')
    return { first, second }
  }

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'costs its clients a reconnect on %s, and not one event',
    async (signal) => {
      const { first, second } = await start()
      const { id: jobId } = await submit(first.url, slow({ steps: 40, seconds: 0.15 }))
      const follow = {
        jobId,
        pickUrl: () => (first.pid() === null ? second.url : first.url),
        eventsUntilDrop: () => Infinity,
        signal: AbortSignal.timeout(40_000),
      }
      const watching = Promise.all([followBySocket(follow), followBySse(follow)])
      await whenExecuting(second.url, jobId)
      await first.kill(signal)
      await first.ended()
      for (const { final, connections, events, disorder } of await watching) {
        expect(disorder).toEqual([])
        expect(connections).toBe(2)
        expect(final).toEqual(finalOf(await getJob(second.url, jobId)))
        expect(final?.status).toBe('succeeded')
        // ten a second while it drew, from both servers together
        expect(events).toBeGreaterThan(20)
      }
    },
    60_000,
  )

  it('finishes the requests it has when it is told to stop, and exits well', async () => {
    const { first, second } = await start()
    const submitting = Array.from({ length: 20 }, () =>
      submit(first.url, slow({ steps: 1, seconds: 0.01 })),
    )
    await Promise.race(submitting)
    await first.kill('SIGTERM')
    const answers = await Promise.allSettled(submitting)
    expect(await first.ended()).toBe(0)
    const accepted = answers.flatMap((one) => (one.status === 'fulfilled' ? [one.value.id] : []))
    expect(accepted.length).toBeGreaterThan(0)
    for (const id of accepted) expect((await endOf(second.url, id)).status).toBe('succeeded')
  }, 60_000)
})
