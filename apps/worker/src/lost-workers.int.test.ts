/** Which workers count as lost, and which only were away. */
import { type Simulator, startSimulator } from '@safelight/simulator'
import { openClient, openRedisProxy } from '@safelight/testkit/vitest'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { slow } from './testing/graphs.ts'
import { type WorkerStack, startWorkerStack, until } from './testing/stack.ts'

let stack: WorkerStack
let host: Simulator
beforeEach(async () => {
  stack = await startWorkerStack(inject('redisUrl'))
  host = await startSimulator({ dialect: '0.33.0', speed: 20 })
})
afterEach(async () => {
  await stack.close()
  await host.close()
})

const begin = async (seconds: number) => {
  const jobId = await stack.submit(slow({ color: 1, steps: 100, seconds }))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  return jobId
}

it('counts none that drained and handed its job back', async () => {
  const worker = await stack.startWorker([host.url], { env: { DRAIN_TIMEOUT: '1ms' } })
  const jobId = await begin(1)
  await worker.close()
  expect((await stack.store.claim(jobId))?.lost).toEqual({ count: 0, justNow: false })
})

it('counts one that is cut off from Redis only until it is back', { timeout: 30_000 }, async () => {
  const redis = await openClient('worker')
  const proxy = await openRedisProxy()
  const lost = async () => await redis.hget(stack.keys.job(jobId), 'lost')
  await stack.startWorker([host.url], { env: { REDIS_URL: proxy.url } })
  const jobId = await begin(1.2)
  proxy.refuse()
  await stack.startWorker([host.url])
  await until(async () => ((await lost()) ? true : null))
  proxy.restore()
  await until(async () => ((await lost()) === '' ? true : null))
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
})
