import { createLogger } from '@safelight/runtime'
import { type Simulator, startSimulator } from '@safelight/simulator'
import { startRedisProxy, type RedisProxy } from '@safelight/testkit'
import { openRedisUser } from '@safelight/testkit/vitest'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { z } from 'zod'
import { slow } from './testing/graphs.ts'
import { type WorkerStack, startWorkerStack, until } from './testing/stack.ts'

const lineSchema = z.object({ msg: z.string(), redis: z.string().optional() })

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
  const jobId = await stack.submit(slow({ color: 1, steps: 20, seconds: 2 }))
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

it('waits for whoever changed its password or its rights, and loses no job for it', async ({
  skip,
}) => {
  const { acl, cut, urlOf } = await openRedisUser(skip, 'hunter-one')
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  const log = createLogger({ level: 'info', name: 'worker', destination })
  const REDIS_URL = urlOf(inject('redisUrl'))
  const worker = await stack.startWorker([host.url], { env: { REDIS_URL }, log })
  const isDenied = async () =>
    (await worker.health.ready()).some(({ code }) => code === 'redis_denied')

  host.faults.set({ held: true })
  const first = await stack.submit(slow({ color: 1 }))
  await stack.when(first, ({ phase }) => phase === 'executing')
  await acl('resetpass', '>hunter-two')
  await cut()
  await until(isDenied)
  host.faults.set({ held: false })
  await until(() => (host.executions()[0]?.outcome === 'success' ? true : null))
  await acl('>hunter-one')
  expect(await endOf(first)).toEqual(ONCE)
  const said = lines
    .map((line) => lineSchema.parse(JSON.parse(line)))
    .filter(({ msg }) => msg === 'Redis does not accept our user or password')
  expect(said).toHaveLength(2)
  expect(new Set(said.map(({ redis }) => redis))).toEqual(new Set(['subscriber', 'worker']))

  host.faults.set({ held: true })
  const second = await stack.submit(slow({ color: 2 }))
  await stack.when(second, ({ phase }) => phase === 'executing')
  await acl('-evalsha', '-eval')
  host.faults.set({ held: false })
  await until(() => lines.some((line) => line.includes('handed back: trouble with the store')))
  await acl('+@all')
  expect(await stack.end(second)).toMatchObject({ status: 'succeeded', attempt: 1 })
  expect(lines.join('')).not.toContain('hunter')
})
