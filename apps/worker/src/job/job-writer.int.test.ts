import type { Snapshot } from '@safelight/shared'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '@safelight/runtime'
import { output, progress } from '@safelight/testkit'
import { openClient } from '@safelight/testkit/vitest'
import { slow } from '../testing/graphs.ts'
import { type WorkerStack, startWorkerStack } from '../testing/stack.ts'
import { toEnd, toQueuedAgain, toRunning } from './job-events.ts'
import { createJobWriter, type JobWriter } from './job-writer.ts'

const times = { queue: 1, prepare: null, execute: null, collect: null }
const begin = (snapshot: Snapshot) => toRunning(snapshot, { attempt: 1, hostId: 'gpu-1', times })

let stack: WorkerStack
let jobId: string
let calls: string[]
/** What the writer does when it has waited. */
let due: (() => void) | null
beforeEach(async () => {
  stack = await startWorkerStack()
  jobId = await stack.submit(slow({ color: 1 }))
  calls = []
  due = null
})
afterEach(() => stack.close())

async function open(): Promise<JobWriter> {
  const claim = await stack.store.claim(jobId)
  if (!claim) throw new Error('no such job')
  return createJobWriter({
    store: {
      ...stack.store,
      append: (...args) => {
        calls.push('append')
        return stack.store.append(...args)
      },
    },
    claim,
    onCanceling: () => calls.push('canceling'),
    onClaimLost: () => calls.push('lost'),
    clock: {
      ...systemClock,
      steady: () => 0,
      after: (_ms, act) => {
        calls.push('wait')
        due = act
        return () => (due = null)
      },
    },
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
  expect(calls).toEqual(['append', 'append', 'canceling'])
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
  expect(calls).toEqual(['append', 'lost'])
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

const end = (snapshot: Snapshot) => toEnd(snapshot, { status: 'succeeded' })
const move = (value: number) => (snapshot: Snapshot) =>
  snapshot.status === 'running' ? progress(value) : null

it('writes at once what it is asked for in one go, and then what it was asked for meanwhile', async () => {
  const writer = await open()
  const first = [writer.append(begin), writer.append(move(0.1)), writer.append(() => null)]
  await Promise.resolve()
  // under way by now
  expect(calls).toEqual(['append'])
  const rest = [writer.append(move(0.2)), writer.append(begin), writer.append(end)]
  expect(await Promise.all(first)).toEqual([true, true, false])
  expect(await Promise.all(rest)).toEqual([true, true, true])
  expect(calls).toEqual(['append', 'append'])
  const { events } = await stack.store.eventsAfter(jobId, 0)
  expect(events.map(({ seq, type }) => [seq, type])).toEqual([
    [1, 'status'],
    [2, 'progress'],
    [3, 'progress'],
    [4, 'status'],
    [5, 'status'],
  ])
})

it('tells each of those who asked in one go what became of his', async () => {
  const writer = await open()
  const failing = writer.append(() => {
    throw new Error('undecided')
  })
  const unreadable = writer.append(() => progress(Number.NaN))
  const asked = [
    writer.append(() => ({ type: 'status', status: 'succeeded', phase: null })),
    writer.append(begin),
    writer.append((snapshot) => (snapshot.attempt === 1 ? end(snapshot) : null)),
    writer.append(move(0.5)),
  ]
  await expect(failing).rejects.toThrow('undecided')
  await expect(unreadable).rejects.toThrow('NaN')
  // what is not allowed keeps nobody else from writing
  expect(await Promise.all(asked)).toEqual([false, true, true, false])
  expect(writer.snapshot).toMatchObject({ status: 'succeeded', seq: 2 })
})

it('decides all of them anew when somebody else was faster', async () => {
  const writer = await open()
  await writer.append(begin)
  await stack.cancel(jobId)
  expect(await Promise.all([writer.append(move(0.5)), writer.append(end)])).toEqual([false, true])
  expect(writer.snapshot).toMatchObject({ status: 'succeeded', seq: 3, progress: null })
})

it('tells all of them when the store cannot be written', async () => {
  const writer = await open()
  const redis = await openClient('worker')
  await redis.set(stack.keys.job(jobId), 'no record')
  const asked = [writer.append(begin), writer.append(end)]
  expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual([
    'rejected',
    'rejected',
  ])
})

describe('one of many', () => {
  const many = (from: number, count: number) => () =>
    Array.from({ length: count }, (_, n) => output(`${from + n}`))
  const outputs = async () => (await stack.store.load(jobId))?.outputs.length

  it('waits for others while there are many, so that the snapshot is not written with each', async () => {
    const writer = await open()
    await Promise.all([writer.append(begin), writer.append(many(0, 1_000))])
    const asked = [1_000, 1_001, 1_002].map((n) => writer.appendOneOfMany(many(n, 1)))
    await expect.poll(() => calls).toEqual(['append', 'wait'])
    asked.push(writer.appendOneOfMany(many(1_003, 1)))
    due?.()
    expect(await Promise.all(asked)).toEqual([true, true, true, true])
    expect(calls).toEqual(['append', 'wait', 'append'])
    expect(await outputs()).toBe(1_004)
  })

  it('goes along with what does not wait, in its order', async () => {
    const writer = await open()
    await Promise.all([writer.append(begin), writer.append(many(0, 1_000))])
    const waiting = writer.appendOneOfMany(many(1_000, 1))
    await expect.poll(() => due).not.toBeNull()
    expect(await Promise.all([waiting, writer.append(end)])).toEqual([true, true])
    expect(due).toBeNull()
    expect(calls).toEqual(['append', 'wait', 'append'])
    expect(writer.snapshot).toMatchObject({ status: 'succeeded', outputs: { length: 1_001 } })
  })

  it('waits no longer when it is the last', async () => {
    const writer = await open()
    await Promise.all([writer.append(begin), writer.append(many(0, 1_000))])
    const waiting = writer.appendOneOfMany(many(1_000, 1))
    writer.hurry()
    expect(await waiting).toBe(true)
    const next = writer.appendOneOfMany(many(1_001, 1))
    await expect.poll(() => due).not.toBeNull()
    writer.hurry()
    expect(await next).toBe(true)
    expect(calls).toEqual(['append', 'append', 'wait', 'append'])
  })

  it('is written at once while there are few', async () => {
    const writer = await open()
    await writer.append(begin)
    expect(await writer.appendOneOfMany(many(0, 1))).toBe(true)
    expect(calls).toEqual(['append', 'append'])
  })
})
