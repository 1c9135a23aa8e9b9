/** A ticket that is in a hand from its beginning is one of BullMQ's in every way. */
import { type Job, Worker } from 'bullmq'
import { expect, it, onTestFinished } from 'vitest'
import { ONE_SLOT, openBacklog } from '../testing/open-backlog.ts'
import { createSpend, type Hand } from './held-tickets.ts'
import { createQueues } from './open-queues.ts'
import { createTickets, hostQueueOf, ticketNameOf } from './tickets.ts'

const hand: Hand = { token: 'first', worker: 'a-worker', lockMs: 60_000, retryMs: 2_000 }

/** A job that is dispatched into a hand. */
async function open() {
  const test = await openBacklog()
  const queues = createQueues(test)
  onTestFinished(() => queues.close())
  const name = hostQueueOf('gpu', 'execute')
  const worker = new Worker<unknown, string>(name, null, {
    connection: test.redis,
    prefix: test.keys.bullPrefix,
    autorun: false,
    stalledInterval: 1,
  })
  onTestFinished(() => worker.close())
  const queue = await queues.get(name)
  const before = await keysOf()
  const jobId = await test.accept()
  const dispatched = await test.backlog.dispatch({ ...ONE_SLOT, jobId, hand })
  expect(dispatched).toMatchObject({ outcome: 'dispatched', jobId, times: 1 })
  const job = { jobId, times: 1 }
  const lock = `${test.keys.bullPrefix}:${name}:${ticketNameOf(job)}:lock`
  const spend = (token: string) => createSpend(test, name)(ticketNameOf(job), token)
  return {
    ...test,
    tickets: createTickets(queues),
    dispatched,
    queue,
    worker,
    job,
    lock,
    spend,
    before,
    keysOf,
  }

  async function keysOf(): Promise<string[]> {
    return (await test.redis.keys(`${test.keys.bullPrefix}:*`)).toSorted()
  }
}

it('is no other worker’s to take, and nobody’s to remove', async () => {
  const { tickets, queue, worker, job } = await open()
  expect(await worker.getNextJob('second', { block: false })).toBeUndefined()
  expect(await queue.getJobState(ticketNameOf(job))).toBe('active')
  expect(await tickets.missing('gpu', 'execute', [job])).toEqual([])
  await expect(tickets.removeFromHost('gpu', 'execute', job)).resolves.toBe(false)
  expect(await worker.extendJobLocks([ticketNameOf(job)], ['first'], 1_000)).toEqual([])
  expect(await worker.extendJobLocks([ticketNameOf(job)], ['second'], 1_000)).toHaveLength(1)
})

it('leaves nothing behind when it is spent, and cannot be spent by who has lost it', async () => {
  const { job, spend, before, keysOf } = await open()
  expect(await spend('second')).toBe(false)
  expect(await keysOf()).toContainEqual(expect.stringContaining(ticketNameOf(job)))
  expect(await spend('first')).toBe(true)
  expect(await keysOf()).toEqual(before)
  // the answer got lost
  expect(await spend('first')).toBe(true)
})

it('comes back when its worker is lost, and says the same', async () => {
  const { redis, worker, job, lock, spend } = await open()
  await redis.del(lock)
  // what is in no hand is noted by the first look, and given out by the second
  await expect.poll(() => worker.getBackend().moveStalledJobsToWait()).toEqual([ticketNameOf(job)])
  const again = await worker.getNextJob('second', { block: false })
  expect(again).toMatchObject({
    id: ticketNameOf(job),
    data: { jobId: job.jobId },
    opts: { attempts: 1_000, removeOnComplete: true },
  })
  expect(await spend('first')).toBe(false)
  // what BullMQ has handed out is spent alike
  expect(await spend('second')).toBe(true)
})

it('can be given back, at once or for a while', async () => {
  const { queue, job, worker } = await open()
  const find = async (): Promise<Job> => {
    const ticket = await queue.getJob(ticketNameOf(job))
    if (!ticket) throw new Error('no ticket')
    return ticket
  }
  await (await find()).moveToWait('first')
  expect(await (await find()).getState()).toBe('waiting')
  await worker.getNextJob('second', { block: false })
  await (await find()).moveToDelayed(Date.now() + 60_000, 'second')
  expect(await (await find()).getState()).toBe('delayed')
})
