import type { JobEvent, Snapshot } from '@safelight/shared'
import { newSnapshot } from '@safelight/testkit'
import { expect, it } from 'vitest'
import { createWatchedJob } from './watched-job.ts'

const running = (seq: number): Snapshot =>
  newSnapshot({ jobId: 'j', seq, stamp: `s${seq}`, status: 'running', phase: 'executing' })
const toEvent = (seq: number): JobEvent => {
  const envelope = { jobId: 'j', seq, ts: 0, stamp: `s${seq}`, follows: `s${seq - 1}` }
  return { type: 'status', ...envelope, status: 'running', phase: 'executing' }
}

/** A watched job over a stored one, and how often that was read. */
function start() {
  const stored = { snapshot: running(1) as Snapshot | null, reads: 0 }
  const job = createWatchedJob({
    jobId: 'j',
    store: {
      async load() {
        stored.reads += 1
        return stored.snapshot
      },
      loadStamp: async () => stored.snapshot?.stamp ?? null,
      eventsAfter: async () => ({ events: [], complete: false }),
    },
    onError: (error) => {
      throw error
    },
  })
  return { job, stored }
}

it('a look at a job that has not moved reads its stamp, and nothing else', async () => {
  const { job, stored } = start()
  await job.refresh()
  await job.refresh()
  stored.snapshot = running(2)
  job.receive(toEvent(2))
  await job.refresh()
  expect([stored.reads, job.snapshot?.seq]).toEqual([1, 2])
})

it('a job that has moved, or is another under the same number, is read', async () => {
  const { job, stored } = start()
  await job.refresh()
  stored.snapshot = running(5)
  await job.refresh()
  expect([stored.reads, job.snapshot?.seq]).toEqual([2, 5])
  stored.snapshot = { ...running(5), stamp: 'other' }
  await job.refresh()
  expect([stored.reads, job.snapshot?.stamp]).toEqual([3, 'other'])
})

it('a job that is no more is noticed', async () => {
  const { job, stored } = start()
  await job.refresh()
  stored.snapshot = null
  await job.refresh()
  expect(job.isOver).toBe(true)
})
