/** What clients see of an API that goes. */
import { describe, expect, it, type TestContext } from 'vitest'
import { endOf, getJob, submit, whenExecuting } from '../testing/client.ts'
import { openQuickCluster } from '../testing/quick-cluster.ts'
import { finalOf } from '../testing/follower.ts'
import { followBySocket } from '../testing/follow-socket.ts'
import { followBySse } from '../testing/follow-sse.ts'
import { slow } from '../testing/workflows.ts'

describe('API killed', () => {
  const start = async (context: TestContext) => {
    const cluster = await openQuickCluster({ apis: 2, speed: 1 }, context)
    const [first, second] = cluster.apis
    if (!first || !second) throw new Error('two APIs were asked for')
    return { first, second }
  }

  it.for(['SIGKILL', 'SIGTERM'] as const)(
    'costs its clients a reconnect on %s, and not one event',
    async (signal, context) => {
      const { first, second } = await start(context)
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
        // while it drew, from both servers together: how many it is of ten a second depends on the machine
        expect(events).toBeGreaterThan(5)
      }
    },
  )

  it('finishes the requests it has when it is told to stop, and exits well', async (context) => {
    const { first, second } = await start(context)
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
  })
})
