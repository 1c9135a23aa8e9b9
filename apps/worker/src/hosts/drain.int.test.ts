import type { Simulator } from '@safelight/simulator'
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest'
import { slow } from '../testing/graphs.ts'
import { whenHost, whenState } from '../testing/host-view.ts'
import { type WorkerStack, startWorkerStack, until } from '../testing/stack.ts'
import { hostIdOf } from './host-id.ts'

let stack: WorkerStack
let one: Simulator
let other: Simulator
beforeEach(async () => {
  stack = await startWorkerStack()
  one = await stack.startHost()
  other = await stack.startHost()
})
afterEach(() => stack.close())

const idOf = ({ url }: Simulator) => hostIdOf(new URL(url))

/** Jobs are over before workers look whether a host is drained. */
const SLOW_LOOKS = { marksEveryMs: 2_000 }

async function run(count: number): Promise<void> {
  const jobs = Array.from({ length: count }, (_, n) =>
    stack.submit(slow({ color: n, steps: 5, seconds: 0.2 })),
  )
  for (const job of jobs) {
    expect(await stack.end(await job)).toMatchObject({ status: 'succeeded', attempt: 1 })
  }
}

it('keeps new prompts of all workers from a drained host, and gives it some again when resumed', async () => {
  const urls = [one.url, other.url]
  await Promise.all([
    stack.startWorker(urls, { env: { WORKER_NAME: 'w-1' }, timings: SLOW_LOOKS }),
    stack.startWorker(urls, { env: { WORKER_NAME: 'w-2' }, timings: SLOW_LOOKS }),
  ])
  await whenHost(stack, one.url, ({ workers }) => workers.length === 2)
  await whenState(stack, one.url, 'ready')
  await stack.hosts.drain(idOf(one), 'new driver')
  expect(await whenState(stack, one.url, 'draining')).toMatchObject({
    workers: ['w-1', 'w-2'],
    reason: { code: 'drain_requested', message: 'new driver' },
  })
  // whoever reads that goes to the machine at once, though no worker has looked yet
  await run(8)
  expect(one.executions()).toEqual([])

  await stack.hosts.resume(idOf(one))
  await resumed()
  await run(8)
  expect(one.executions().length).toBeGreaterThan(0)
})

/** Both workers have seen it, by their own reports: this much later than the record says so. */
async function resumed(): Promise<void> {
  await expect
    .poll(() => stack.reports(idOf(one)).then((all) => all.map((report) => report.state)))
    .toEqual(['ready', 'ready'])
}

it('lets what runs on a drained host finish, begins nothing there, and goes on when resumed', async () => {
  await stack.startWorker([one.url], { env: { HOST_SLOTS: '1' } })
  one.faults.set({ held: true })
  const running = await stack.submit(slow({ color: 1 }))
  await stack.when(running, ({ phase }) => phase === 'executing')
  expect(await whenHost(stack, one.url, (host) => host.running.length > 0)).toMatchObject({
    state: 'busy',
    running: [running],
    staged: [],
  })
  await stack.hosts.drain(idOf(one), null)
  one.faults.set({ held: false })
  expect(await stack.end(running)).toMatchObject({ status: 'succeeded', attempt: 1 })
  const waiting = await stack.submit(slow({ color: 2 }))
  expect(await whenHost(stack, one.url, ({ running: [job] }) => job === undefined)).toMatchObject({
    state: 'draining',
    queue_depth: expect.any(Number),
  })
  expect(await stack.store.load(waiting)).toMatchObject({ status: 'queued', attempt: 0 })
  expect(one.executions()).toHaveLength(1)
  await stack.hosts.resume(idOf(one))
  expect(await stack.end(waiting)).toMatchObject({ status: 'succeeded', attempt: 1 })
})

it('runs also what was next there, and may be unplugged the moment it has nothing of ours', async () => {
  await stack.startWorker([one.url])
  one.faults.set({ held: true })
  const jobs = [await stack.submit(slow({ color: 1 })), await stack.submit(slow({ color: 2 }))]
  for (const job of jobs)
    await stack.when(job, ({ phase }) => phase !== null && phase !== 'preparing')
  await stack.hosts.drain(idOf(one), null)
  const waiting = await stack.submit(slow({ color: 3 }))
  one.faults.set({ held: false })
  await until(async () => {
    const [there] = await stack.backlog.onHosts([idOf(one)])
    return there?.executing.length === 0 && there.collecting.length === 0
  })
  await one.close()
  for (const job of jobs) {
    expect(await stack.store.load(job)).toMatchObject({
      status: 'succeeded',
      attempt: 1,
      outputs: [expect.anything()],
    })
  }
  expect(await stack.store.load(waiting)).toMatchObject({ status: 'queued', attempt: 0 })
})

it('gives back what no worker had begun when it was drained', async () => {
  const own = await startWorkerStack({ reconcileMs: 50 })
  onTestFinished(() => own.close())
  const first = await own.startWorker([one.url])
  await whenState(own, one.url, 'ready')
  await first.close()
  const jobId = await own.submit(slow({ color: 1 }))
  const there = { hostId: idOf(one), slots: 1, ownerLimit: null, overtaken: [] }
  expect(await own.backlog.dispatch({ jobId, ...there })).toMatchObject({ outcome: 'dispatched' })
  await own.hosts.drain(idOf(one), null)
  await own.startWorker([one.url, other.url])
  expect(await own.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
  expect([one.executions().length, other.executions().length]).toEqual([0, 1])
})

it('is still drained for a worker that starts later, from its first moment on', async () => {
  const first = await stack.startWorker([one.url])
  await whenState(stack, one.url, 'ready')
  await first.close()
  expect(await whenState(stack, one.url, 'offline')).toMatchObject({
    reason: { code: 'no_worker' },
    workers: [],
  })
  await stack.hosts.drain(idOf(one), null)
  const waiting = await stack.submit(slow({ color: 1 }))
  await stack.startWorker([one.url])
  await whenState(stack, one.url, 'draining')
  expect(await stack.store.load(waiting)).toMatchObject({ status: 'queued', attempt: 0 })
  expect(one.executions()).toEqual([])
  await stack.hosts.resume(idOf(one))
  expect(await stack.end(waiting)).toMatchObject({ status: 'succeeded' })
})
