/** What a worker tells probes, from its start to its end. */
import { startRedisProxy } from '@safelight/testkit'
import { expect, inject, it, onTestFinished } from 'vitest'
import { slow } from '../testing/graphs.ts'
import { whenState } from '../testing/host-view.ts'
import { startWorkerStack, until } from '../testing/stack.ts'

it('is ready with a host and a Redis, until it is told to stop', async () => {
  const stack = await startWorkerStack()
  const proxy = await startRedisProxy(inject('redisUrl'))
  onTestFinished(async () => {
    proxy.restore()
    await stack.close()
    await proxy.close()
  })
  let host = await stack.startHost()
  const port = Number(new URL(host.url).port)
  await host.close()
  const worker = await stack.startWorker([host.url], { env: { REDIS_URL: proxy.url } })
  const reasons = async () => (await worker.health.ready()).map(({ code }) => code)
  const when = (...codes: string[]) =>
    until(async () => (await reasons()).join() === codes.join(), { what: `ready: ${codes.join()}` })

  await when('no_host')
  host = await stack.startHost({ port })
  await when()
  proxy.refuse()
  await when('redis_away')
  proxy.restore()
  await when()
  // what is wrong with others is no reason to start it anew
  expect(worker.health.live()).toEqual([])

  host.faults.set({ held: true })
  const jobId = await stack.submit(slow({ color: 1 }))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  const closed = worker.close()
  await when('closing')
  // it would get nothing there, from nobody
  const { reason } = await whenState(stack, host.url, 'draining')
  expect(reason.code).toBe('workers_leave')
  expect(worker.health.live()).toEqual([])
  host.faults.set({ held: false })
  await closed
})

it('is to be started anew when a look for tickets never comes back', async () => {
  const stack = await startWorkerStack()
  onTestFinished(() => stack.close())
  const host = await stack.startHost()
  // each look is given less time than it takes
  const timings = { lookStuckMs: 100, takeEveryMs: 2_000 }
  const { health } = await stack.startWorker([host.url], { timings })
  const reasons = await until(
    () => {
      const found = health.live()
      return found.length > 0 ? found : null
    },
    { what: 'it is found not to look' },
  )
  expect(reasons.map(({ code }) => code)).toEqual(['not_looking'])
})
