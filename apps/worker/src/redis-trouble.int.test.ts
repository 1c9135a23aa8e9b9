import { type Simulator, startSimulator } from '@safelight/simulator'
import { startRedisProxy, type RedisProxy } from '@safelight/testkit'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { slow } from './testing/graphs.ts'
import { type WorkerStack, startWorkerStack, until } from './testing/stack.ts'

let stack: WorkerStack
let host: Simulator
let proxy: RedisProxy
beforeEach(async () => {
  stack = await startWorkerStack()
  host = await stack.startHost()
  proxy = await startRedisProxy(inject('redisUrl'))
})
afterEach(async () => {
  proxy.restore()
  await stack.close()
  await proxy.close()
})

/** How the job ended, and how often it ran. */
async function endOf(jobId: string) {
  const { status, attempt, outputs } = await stack.end(jobId)
  const { events } = await stack.events(jobId)
  const gaps = events.filter(({ seq }, at) => seq !== at + 1)
  const runs = host.executions().map(({ outcome }) => outcome)
  return { status, attempt, outputs: outputs.length, gaps, runs }
}
const ONCE = { status: 'succeeded', attempt: 1, outputs: 1, gaps: [], runs: ['success'] }

it('ends a job once whose worker lost every connection to Redis, again and again', async () => {
  await stack.startWorker([host.url], { env: { REDIS_URL: proxy.url } })
  const jobId = await stack.submit(slow({ color: 1, steps: 40, seconds: 1 }))
  for (const value of [0, 0.2, 0.4, 0.6]) {
    await stack.when(
      jobId,
      ({ status, progress }) => status !== 'queued' && (progress?.value ?? 0) >= value,
    )
    proxy.cut()
  }
  expect(await endOf(jobId)).toEqual(ONCE)
})

it('collects a job that ended on the host while Redis was away', async () => {
  await stack.startWorker([host.url], { env: { REDIS_URL: proxy.url } })
  host.faults.set({ held: true })
  const jobId = await stack.submit(slow({ color: 1 }))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  proxy.refuse()
  host.faults.set({ held: false })
  await until(() => (host.executions()[0]?.outcome === 'success' ? true : null))
  expect(await stack.store.load(jobId)).toMatchObject({ status: 'running' })
  proxy.restore()
  expect(await endOf(jobId)).toEqual(ONCE)
})

it('hands its job to another worker when it is cut off for longer than its lock, and touches nothing more', async () => {
  const slowHost = await startSimulator({ dialect: '0.33.0', speed: 1 })
  try {
    await stack.startWorker([slowHost.url], { env: { REDIS_URL: proxy.url } })
    const jobId = await stack.submit(slow({ color: 1, steps: 60, seconds: 0.1 }))
    await stack.when(jobId, ({ phase }) => phase === 'executing')
    proxy.refuse()
    const cutAt = (await stack.store.load(jobId))?.seq ?? 0
    await stack.startWorker([slowHost.url])
    await stack.when(jobId, ({ seq }) => seq > cutAt)
    proxy.restore()
    expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
    const { events } = await stack.events(jobId)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1))
    expect(slowHost.executions().map(({ outcome }) => outcome)).toEqual(['success'])
  } finally {
    await slowHost.close()
  }
})
