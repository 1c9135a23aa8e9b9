import { expect, it, onTestFinished } from 'vitest'
import { createOutbox } from './outbox.ts'
import { createJobQueue } from './queue.ts'
import { status } from '@safelight/testkit'
import { acceptJob, openClient, openTestStore, silent } from '@safelight/testkit/vitest'

/** A clock that starts now and goes where the test says. */
async function openOutbox() {
  const clock = { now: Date.now() }
  const now = () => clock.now
  const test = await openTestStore({ now })
  const queue = createJobQueue({ redis: await openClient('api'), keys: test.keys })
  onTestFinished(() => queue.close())
  const outbox = createOutbox({ ...test, queue, log: silent, now })
  const waiting = () => test.redis.zrange(test.keys.outbox, '0', '-1')
  return { ...test, queue, outbox, clock, waiting }
}

it('puts an accepted job on the queue and takes it off the outbox', async () => {
  const { store, outbox, queue, waiting } = await openOutbox()
  const jobId = await acceptJob(store, { priority: 3 })
  expect(await waiting()).toEqual([jobId])
  await outbox.flush(jobId)
  expect(await waiting()).toEqual([])
  expect(await queue.position(jobId)).toBe(0)
})

it('recovers a job whose process died between accepting and queueing it', async () => {
  const { store, outbox, queue, waiting, clock } = await openOutbox()
  const jobId = await acceptJob(store)
  // too young: whoever accepted it is most likely about to queue it
  expect(await outbox.sweep()).toBe(0)
  expect(await queue.position(jobId)).toBeNull()
  clock.now += 10_000
  expect(await outbox.sweep()).toBe(1)
  expect(await queue.position(jobId)).toBe(0)
  expect(await waiting()).toEqual([])
})

it('queues a job once though it was queued before the crash', async () => {
  const { store, outbox, queue, clock } = await openOutbox()
  const jobId = await acceptJob(store)
  await queue.add(jobId, 0)
  clock.now += 10_000
  await Promise.all([outbox.sweep(), outbox.sweep()])
  expect(await queue.depth()).toBe(1)
})

it('drops what needs no queue any more', async () => {
  const { store, redis, keys, outbox, queue, waiting, clock } = await openOutbox()
  const over = await acceptJob(store)
  await store.append(over, () => status('canceled'))
  const gone = await acceptJob(store)
  await redis.del(keys.job(gone))
  clock.now += 10_000
  await outbox.sweep()
  expect(await waiting()).toEqual([])
  expect(await queue.depth()).toBe(0)
})

it('is not stopped by one job that cannot be queued', async () => {
  const { store, redis, keys, outbox, queue, waiting, clock } = await openOutbox()
  const broken = await acceptJob(store)
  await redis.set(keys.job(broken), 'no record at all')
  clock.now += 1
  const fine = await acceptJob(store)
  clock.now += 10_000
  expect(await outbox.sweep()).toBe(1)
  expect(await queue.position(fine)).toBe(0)
  expect(await waiting()).toEqual([broken])
})

it('queues a job whose record cannot be read: whoever takes it ends it', async () => {
  const { store, redis, keys, outbox, queue, waiting, clock } = await openOutbox()
  const [damaged, newer] = [await acceptJob(store), await acceptJob(store)]
  await redis.hset(keys.job(damaged), 'snapshot', 'not json')
  await redis.hset(keys.job(newer), 'v', '2')
  clock.now += 10_000
  expect(await outbox.sweep()).toBe(2)
  expect(await queue.depth()).toBe(2)
  expect(await waiting()).toEqual([])
})

it('sweeps by itself until closed', async () => {
  const { store, outbox, queue, clock } = await openOutbox()
  const sweeper = outbox.startSweeper({ everyMs: 10 })
  const jobId = await acceptJob(store)
  clock.now += 10_000
  await expect.poll(() => queue.position(jobId)).toBe(0)
  await sweeper.close()
  const later = await acceptJob(store)
  clock.now += 10_000
  expect(await queue.position(later)).toBeNull()
})
