import { randomUUID } from 'node:crypto'
import { expect, it, onTestFinished } from 'vitest'
import { createDeadlines } from './deadlines.ts'
import { createBacklog } from './backlog/backlog.ts'
import { ANY_POOL } from './backlog/pools.ts'
import { createQueues } from './queues/open-queues.ts'
import { createTickets } from './queues/tickets.ts'
import { status } from '@safelight/testkit'
import { newJob, openTestStore, silent } from '@safelight/testkit/vitest'

async function open() {
  // Redis drops ended jobs by its own clock
  let nowMs = Date.now()
  const { redis, keys, store } = await openTestStore({ now: () => nowMs })
  const queues = createQueues({ redis, keys })
  onTestFinished(() => queues.close())
  const backlog = createBacklog({ redis, keys })
  const tickets = createTickets(queues)
  const deadlines = createDeadlines({ redis, keys, store, tickets, log: silent, now: () => nowMs })
  return {
    store,
    backlog,
    tickets,
    deadlines,
    noted: () => redis.zrange(keys.deadlines, '0', '-1'),
    pass: (ms: number) => {
      nowMs += ms
    },
    /** @param startInMs from now */
    submit: async (startInMs: number | null): Promise<string> => {
      const jobId = randomUUID()
      const startBy = startInMs === null ? null : nowMs + startInMs
      await store.accept(newJob({ jobId, limits: { startBy, timeoutMs: 1_000, nodeRetries: 0 } }))
      await tickets.announce({ jobId, pool: null })
      return jobId
    },
  }
}

it('expires the jobs that nobody took in time, and takes their tickets out of the line', async () => {
  const { store, backlog, tickets, deadlines, submit, pass, noted } = await open()
  const late = await submit(500)
  const early = await submit(10_000)
  const patient = await submit(null)
  expect(await deadlines.sweep()).toBe(0)
  pass(501)
  expect(await deadlines.sweep()).toBe(1)
  expect(await store.load(late)).toMatchObject({ status: 'expired', attempt: 0, startedAt: null })
  expect(await store.load(early)).toMatchObject({ status: 'queued' })
  expect(await backlog.depth()).toBe(2)
  expect(await tickets.count(ANY_POOL)).toBe(2)
  expect(await backlog.position(patient)).not.toBeNull()
  expect(await noted()).toEqual([early])
})

it('looks again at a job that runs, and finds it when it is back in line', async () => {
  const { store, deadlines, submit, pass } = await open()
  const jobId = await submit(500)
  await store.append(jobId, () => status('running', { attempt: 1 }))
  pass(501)
  expect(await deadlines.sweep()).toBe(0)
  expect(await store.load(jobId)).toMatchObject({ status: 'running' })
  await store.append(jobId, () => status('queued'))
  pass(15_001)
  expect(await deadlines.sweep()).toBe(1)
  // it began long ago and had one second
  expect(await store.load(jobId)).toMatchObject({ status: 'failed', error: { code: 'timeout' } })
})

it('notes no start for a job that has begun', async () => {
  const { store, deadlines, submit, pass } = await open()
  const jobId = await submit(500)
  await store.append(jobId, () => status('running', { attempt: 1 }))
  const again = await store.append(jobId, () => status('queued'))
  if ('snapshot' in again) await deadlines.note(again.snapshot)
  pass(501)
  expect(await deadlines.sweep()).toBe(0)
  expect(await store.load(jobId)).toMatchObject({ status: 'queued' })
  pass(500)
  expect(await deadlines.sweep()).toBe(1)
  expect(await store.load(jobId)).toMatchObject({ status: 'failed', error: { code: 'timeout' } })
})

it('forgets a job that has ended, and one that is gone', async () => {
  const { store, deadlines, submit, pass, noted } = await open()
  const jobId = await submit(500)
  await store.append(jobId, () => status('canceled'))
  pass(501)
  expect(await deadlines.sweep()).toBe(0)
  expect(await noted()).toEqual([])
})

it('ends a job once, however many sweep', async () => {
  const { store, deadlines, submit, pass } = await open()
  const jobId = await submit(500)
  pass(501)
  const ended = await Promise.all(Array.from({ length: 5 }, () => deadlines.sweep()))
  expect(ended.reduce((sum, count) => sum + count)).toBe(1)
  expect((await store.load(jobId))?.seq).toBe(1)
})
