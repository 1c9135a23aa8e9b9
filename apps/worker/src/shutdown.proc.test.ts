import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Simulator } from '@safelight/simulator'
import { expect, it } from 'vitest'
import { slow } from './testing/graphs.ts'
import { QUICK_TIMINGS } from './testing/quick-timings.ts'
import { eachWithHost, until, type WorkerStack } from './testing/stack.ts'

let stack: WorkerStack
let host: Simulator
eachWithHost((opened) => ({ stack, host } = opened))

it('lets a running job finish within the drain time', async () => {
  const worker = await stack.startWorker([host.url])
  host.faults.set({ held: true })
  const jobId = await stack.submit(slow({ color: 1 }))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  const closing = worker.close()
  host.faults.set({ held: false })
  await closing
  expect(await stack.store.load(jobId)).toMatchObject({ status: 'succeeded' })
})

it('hands a longer job back without an attempt spent, and a successor adopts its prompt', async () => {
  const worker = await stack.startWorker([host.url], { env: { DRAIN_TIMEOUT: '50ms' } })
  host.faults.set({ held: true })
  const jobId = await stack.submit(slow({ color: 1 }))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  await worker.close()
  expect(await stack.store.load(jobId)).toMatchObject({ status: 'running', attempt: 1 })

  await stack.startWorker([host.url])
  host.faults.set({ held: false })
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
  expect(host.executions()).toHaveLength(1)
})

it('takes no new job once it is told to stop', async () => {
  const worker = await stack.startWorker([host.url])
  host.faults.set({ held: true })
  const running = await stack.submit(slow({ color: 1 }))
  await stack.when(running, ({ phase }) => phase === 'executing')
  const closing = worker.close()
  const waiting = await stack.submit(slow({ color: 2 }))
  host.faults.set({ held: false })
  await closing
  expect(await stack.store.load(waiting)).toMatchObject({ status: 'queued', attempt: 0 })
})

it('confirms a cancel asked while nobody held the job, and stops what was left on the host', async () => {
  const worker = await stack.startWorker([host.url], { env: { DRAIN_TIMEOUT: '50ms' } })
  const jobId = await stack.submit(slow({ color: 1, steps: 200, seconds: 1 }))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  await worker.close()
  await stack.cancel(jobId)
  await stack.startWorker([host.url])
  expect(await stack.end(jobId)).toMatchObject({ status: 'canceled', attempt: 1 })
  expect(host.executions().map(({ outcome }) => outcome)).toEqual(['interrupted'])
})

it('ends at once when its process is told a second time, and leaves the prompt to a successor', async () => {
  const worker = await stack.startProcess([host.url])
  const jobId = await stack.submit(slow({ color: 1, steps: 1000, seconds: 1 }))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  worker.kill('SIGTERM')
  await until(() => (worker.log().includes('stopping') ? true : null))
  worker.kill('SIGTERM')
  expect(await worker.gone).toBe(1)
  expect(host.executions().map(({ outcome }) => outcome)).toEqual(['running'])

  await stack.startWorker([host.url])
  await stack.cancel(jobId)
  expect(await stack.end(jobId)).toMatchObject({ status: 'canceled', attempt: 1 })
})

it('hands back what is not done within its grace, as a process, too', async () => {
  const patient = { ...QUICK_TIMINGS, lockMs: 60_000 }
  const worker = await stack.startProcess([host.url], {
    DRAIN_TIMEOUT: '100ms',
    SAFELIGHT_TIMINGS: JSON.stringify(patient),
  })
  host.faults.set({ held: true })
  const jobId = await stack.submit(slow({ color: 1 }))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  worker.kill('SIGTERM')
  expect(await worker.gone).toBe(0)
  const handedBackAt = Date.now()
  await stack.startWorker([host.url])
  host.faults.set({ held: false })
  expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
  // no lock had to run out
  expect(Date.now() - handedBackAt).toBeLessThan(patient.lockMs - 10_000)
  expect(host.executions()).toHaveLength(1)
})

it('takes on other limits at a SIGHUP, and goes on with what it has in hand', async () => {
  const file = join(stack.dataDir, 'safelight.env')
  await writeFile(file, 'MAX_RUNNING_PER_OWNER=1\nHOST_SLOTS=2\n')
  const worker = await stack.startProcess([host.url], { SAFELIGHT_ENV_FILE: file })
  host.faults.set({ held: true })
  const jobs = [await stack.submit(slow({ color: 1 })), await stack.submit(slow({ color: 2 }))]
  const first = await until(async () => {
    const states = await Promise.all(jobs.map((jobId) => stack.store.load(jobId)))
    return states.find((state) => state?.phase === 'executing') ?? null
  })
  const second = jobs.find((jobId) => jobId !== first.jobId) ?? ''
  expect((await stack.store.load(second))?.status).toBe('queued')
  await writeFile(file, 'MAX_RUNNING_PER_OWNER=2\nHOST_SLOTS=3\n')
  worker.kill('SIGHUP')
  await stack.when(second, ({ phase }) => phase === 'submitted')
  expect(worker.log()).toMatch(/"changed":\["MAX_RUNNING_PER_OWNER"\],"msg":"settings read again"/)
  expect(worker.log()).toMatch(/"changed":\["HOST_SLOTS"\],"msg":"these settings need a restart"/)
  host.faults.set({ held: false })
  for (const jobId of jobs)
    expect(await stack.end(jobId)).toMatchObject({ status: 'succeeded', attempt: 1 })
})
