/** What an operator does to queues by hand, or leaves behind, must not make a sweep do harm. */
import { newHostReport } from '@safelight/testkit'
import { Queue, UnrecoverableError, Worker } from 'bullmq'
import { expect, it, onTestFinished } from 'vitest'
import { ANY_POOL } from '../backlog/pools.ts'
import { hostQueueOf, intakeQueueOf } from '../queues/tickets.ts'
import { openReconciler } from '../testing/open-reconciler.ts'

type Opened = Awaited<ReturnType<typeof openReconciler>>

function openQueue({ redis, keys }: Opened, name: string): Queue {
  const queue = new Queue(name, { connection: redis, prefix: keys.bullPrefix })
  onTestFinished(() => queue.close())
  return queue
}

it('counts the tickets of a paused intake queue', async () => {
  const opened = await openReconciler()
  const { reconciler, tickets, accept } = opened
  const queue = openQueue(opened, intakeQueueOf(ANY_POOL))
  await tickets.announce({ jobId: await accept(), pool: null })
  await queue.pause()
  await tickets.announce({ jobId: await accept(), pool: null })
  expect(await reconciler.sweep()).toMatchObject({ tickets: 0 })
  await queue.resume()
  expect(await reconciler.sweep()).toMatchObject({ tickets: 0 })
})

it('puts a ticket in the place of one that has failed on the queue of a host', async () => {
  const opened = await openReconciler()
  const { reconciler, redis, keys, tickets, accept, dispatch } = opened
  const jobId = await accept()
  await dispatch(jobId)
  await tickets.addToHost('gpu', 'execute', { jobId, times: 1 })
  const options = { connection: redis, prefix: keys.bullPrefix, autorun: false }
  const worker = new Worker(hostQueueOf('gpu', 'execute'), null, options)
  onTestFinished(() => worker.close())
  const ticket = await worker.getNextJob('by-hand')
  await ticket?.moveToFailed(new UnrecoverableError('by hand'), 'by-hand', false)
  const queue = openQueue(opened, hostQueueOf('gpu', 'execute'))
  expect(await queue.getFailedCount()).toBe(1)
  expect(await reconciler.sweep()).toMatchObject({ tickets: 1 })
  expect(await queue.getWaitingCount()).toBe(1)
  expect(await reconciler.sweep()).toMatchObject({ tickets: 0 })
})

it('forgets a host that has no job and of which nobody has heard, and its queues', async () => {
  const { reconciler, redis, keys, store, hosts, tickets, backlog, accept, dispatch } =
    await openReconciler()
  const [first, second] = [await accept(), await accept()]
  await dispatch(first, 'pod-1')
  await dispatch(second, 'gpu')
  await hosts.report(newHostReport(await store.now(), { hostId: 'gpu' }))
  await reconciler.sweep()
  const left = () => redis.keys(`${keys.bullPrefix}:*-pod-1:*`)
  expect(await left()).not.toEqual([])
  for (const jobId of [first, second]) await backlog.putBack(jobId, { token: null })
  await reconciler.sweep()
  expect(await backlog.hosts()).toEqual(['gpu'])
  expect(await left()).toEqual([])
  await dispatch(first, 'pod-1')
  expect(await reconciler.sweep()).toMatchObject({ tickets: 1 })
  expect(await tickets.missing('pod-1', 'execute', [{ jobId: first, times: 2 }])).toEqual([])
  expect((await backlog.hosts()).sort()).toEqual(['gpu', 'pod-1'])
})
