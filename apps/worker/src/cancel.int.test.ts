import type { Simulator } from '@safelight/simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { slow } from './testing/graphs.ts'
import { type WorkerStack, startWorkerStack } from './testing/stack.ts'

let stack: WorkerStack
let host: Simulator
beforeEach(async () => {
  stack = await startWorkerStack()
})
afterEach(() => stack.close())

/** Long enough to be canceled on the way, whatever the machine. */
const long = (color: number) => slow({ color, steps: 200, seconds: 1 })

it('never runs a job that was canceled in the queue', async () => {
  host = await stack.startHost()
  const canceled = await stack.submit(slow({ color: 1 }))
  await stack.cancel(canceled)
  await stack.startWorker([host.url])
  const other = await stack.submit(slow({ color: 2 }))
  expect(await stack.end(other)).toMatchObject({ status: 'succeeded' })
  expect(await stack.end(canceled)).toMatchObject({ status: 'canceled', attempt: 0 })
  expect(host.executions()).toHaveLength(1)
})

describe.each(['0.33.0', '0.3.64', '0.3.34'] as const)('on a %s host', (dialect) => {
  beforeEach(async () => {
    host = await stack.startHost({ dialect })
  })

  it('interrupts exactly the canceled prompt while the next one on the host goes on', async () => {
    await stack.startWorker([host.url])
    host.faults.set({ held: true })
    const canceled = await stack.submit(slow({ color: 1 }))
    await stack.when(canceled, ({ phase }) => phase === 'executing')
    const other = await stack.submit(slow({ color: 2 }))
    await stack.when(other, ({ phase }) => phase === 'submitted')
    await stack.cancel(canceled)
    expect(await stack.end(canceled)).toMatchObject({ status: 'canceled', outputs: [] })
    host.faults.set({ held: false })
    expect(await stack.end(other)).toMatchObject({ status: 'succeeded', attempt: 1 })
    expect(host.executions().map(({ outcome }) => outcome)).toEqual(['interrupted', 'success'])
  })

  it('takes a staged prompt off the host’s queue without touching the one that runs', async () => {
    await stack.startWorker([host.url])
    host.faults.set({ held: true })
    const running = await stack.submit(slow({ color: 1 }))
    await stack.when(running, ({ phase }) => phase === 'executing')
    const staged = await stack.submit(slow({ color: 2 }))
    await stack.when(staged, ({ phase }) => phase === 'submitted')
    await stack.cancel(staged)
    expect(await stack.end(staged)).toMatchObject({ status: 'canceled' })
    host.faults.set({ held: false })
    expect(await stack.end(running)).toMatchObject({ status: 'succeeded' })
    expect(host.executions()).toHaveLength(1)
  })
})

it('finds a cancel whose control message was lost', async () => {
  host = await stack.startHost()
  await stack.startWorker([host.url])
  const jobId = await stack.submit(long(1))
  await stack.when(jobId, ({ phase }) => phase === 'executing')
  await stack.cancel(jobId, { silent: true })
  expect(await stack.end(jobId)).toMatchObject({ status: 'canceled' })
  const { events } = await stack.events(jobId)
  const ends = events.filter((event) => event.type === 'status' && event.phase === null)
  expect(ends).toHaveLength(1)
})
