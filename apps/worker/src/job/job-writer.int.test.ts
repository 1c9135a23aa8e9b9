import type { Snapshot } from '@safelight/shared'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { slow } from '../testing/graphs.ts'
import { type WorkerStack, startWorkerStack } from '../testing/stack.ts'
import { toEnd, toQueuedAgain, toRunning } from './job-events.ts'
import { createJobWriter, type JobWriter } from './job-writer.ts'

const times = { queue: 1, prepare: null, execute: null, collect: null }
const begin = (snapshot: Snapshot) => toRunning(snapshot, { attempt: 1, hostId: 'gpu-1', times })

let stack: WorkerStack
let jobId: string
let calls: string[]
beforeEach(async () => {
  stack = await startWorkerStack()
  jobId = await stack.submit(slow({ color: 1 }))
  calls = []
})
afterEach(() => stack.close())

async function open(): Promise<JobWriter> {
  const claim = await stack.store.claim(jobId)
  if (!claim) throw new Error('no such job')
  return createJobWriter({
    store: stack.store,
    claim,
    onCanceling: () => calls.push('canceling'),
    onClaimLost: () => calls.push('lost'),
  })
}

it('writes in the order it was asked, each event on the one before', async () => {
  const writer = await open()
  const written = await Promise.all([
    writer.append(begin),
    writer.append((snapshot) => toEnd(snapshot, { status: 'succeeded' })),
    writer.append((snapshot) => toEnd(snapshot, { status: 'canceled' })),
  ])
  expect(written).toEqual([true, true, false])
  expect(writer.snapshot).toMatchObject({ status: 'succeeded', seq: 2 })
})

it('notices a cancel that came from elsewhere, and lets it win over a new phase', async () => {
  const writer = await open()
  await writer.append(begin)
  await stack.cancel(jobId)
  expect(await writer.append(toQueuedAgain)).toBe(false)
  expect(calls).toEqual(['canceling'])
  expect(await writer.append((snapshot) => toEnd(snapshot, { status: 'canceled' }))).toBe(true)
})

it('does not begin a job that was canceled before', async () => {
  const writer = await open()
  await stack.cancel(jobId)
  expect(await writer.append(begin)).toBe(false)
  expect(await stack.store.load(jobId)).toMatchObject({ status: 'canceled', attempt: 0 })
})

it('writes nothing once another worker has claimed the job, and reports it once', async () => {
  const zombie = await open()
  const successor = await open()
  expect(await zombie.append(begin)).toBe(false)
  expect(await zombie.append(begin)).toBe(false)
  expect(calls).toEqual(['lost'])
  expect(await successor.append(begin)).toBe(true)
})

it('goes on after a decision that throws', async () => {
  const writer = await open()
  const failing = writer.append(() => {
    throw new Error('undecided')
  })
  const next = writer.append(begin)
  await expect(failing).rejects.toThrow('undecided')
  expect(await next).toBe(true)
})
