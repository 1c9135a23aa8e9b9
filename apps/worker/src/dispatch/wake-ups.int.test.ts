/** One ticket wakes as many workers as there are jobs for, and none is needed for what a worker sees by itself. */
import { ANY_POOL, createQueues, intakeQueueOf } from '@safelight/store'
import { openClient } from '@safelight/testkit/vitest'
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'
import { slow } from '../testing/graphs.ts'
import { startWorkerStack, until, type WorkerStack } from '../testing/stack.ts'

let stack: WorkerStack
beforeEach(async () => {
  stack = await startWorkerStack()
})
afterEach(() => stack.close())

/** Longer than the test may take: nobody looks by himself. */
const timings = { takeEveryMs: 10 * 60_000, dispatchLookMs: 10 * 60_000 }
const env = { HOST_SLOTS: '1' }
const lasting = (color: number) => slow({ color, steps: 5, seconds: 2 })

async function openIntake() {
  const redis = await openClient('worker')
  const queues = createQueues({ redis, keys: stack.keys })
  return { queue: await queues.get(intakeQueueOf(ANY_POOL)), close: () => queues.close() }
}

it('is passed on to others by who cannot serve all that wait', async () => {
  const hosts = [await stack.startHost(), await stack.startHost(), await stack.startHost()]
  for (const host of hosts) await stack.startWorker([host.url], { env, timings })
  const long = (color: number) => slow({ color, steps: 8, seconds: 5 })
  await Promise.all([1, 2, 3, 4].map((color) => stack.submit(long(color))))
  await expect
    .poll(() => hosts.map((host) => host.executions().length), { timeout: 20_000 })
    .toEqual([1, 1, 1])
})

it('is not needed for a slot that becomes free', async () => {
  const host = await stack.startHost()
  await stack.startWorker([host.url], { env, timings })
  const { queue, close } = await openIntake()
  const jobs = await Promise.all([1, 2, 3].map((color) => stack.submit(lasting(color))))
  await until(() => host.executions().length > 0)
  for (const ticket of await queue.getWaiting()) await queue.remove(ticket.id ?? '')
  for (const jobId of jobs) expect((await stack.end(jobId)).status).toBe('succeeded')
  await close()
})

it('that is lost with its worker is made good by whoever looks next', async () => {
  const host = await stack.startHost()
  await stack.startWorker([host.url], { timings: { takeEveryMs: 300 } })
  const { queue, close } = await openIntake()
  await queue.pause()
  const jobId = await stack.submit(slow({ color: 1, steps: 1 }))
  expect((await stack.end(jobId)).status).toBe('succeeded')
  await close()
})

it('of a version that made one for each job is spent, and no more is left than one', async () => {
  const host = await stack.startHost()
  const { queue, close } = await openIntake()
  const jobIds = await Promise.all([1, 2, 3, 4, 5].map((color) => stack.submit(lasting(color))))
  for (const jobId of jobIds) await queue.add('job', { jobId }, { jobId })
  await stack.startWorker([host.url], { timings })
  for (const jobId of jobIds) expect((await stack.end(jobId)).status).toBe('succeeded')
  await until(async () => (await queue.count()) === 0)
  await close()
})

it('are waited for in many pools without a warning of leaked listeners', async () => {
  const warnings: string[] = []
  const onWarning = ({ name }: Error) => void warnings.push(name)
  process.on('warning', onWarning)
  onTestFinished(() => void process.off('warning', onWarning))
  const host = await stack.startHost()
  const labels = Array.from({ length: 16 }, (_, n) => `pool-${n}`)
  await stack.hostsFile.list({ url: host.url, labels })
  await stack.startWorker([], { env: { SAFELIGHT_HOSTS_FILE: stack.hostsFile.path } })
  const jobIds = await Promise.all(
    labels.map((pool, n) => stack.submit(slow({ color: n, steps: 1 }), {}, { pool })),
  )
  for (const jobId of jobIds) expect((await stack.end(jobId)).status).toBe('succeeded')
  expect(warnings).toEqual([])
})
