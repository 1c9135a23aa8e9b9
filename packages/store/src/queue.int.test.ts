import { randomUUID } from 'node:crypto'
import { Worker } from 'bullmq'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { createKeys, type Keys, QUEUE_NAME } from './keys.ts'
import {
  aheadOf,
  createJobQueue,
  FIRST_IN_LINE,
  type JobQueue,
  ticketSchema,
  toBullPriority,
} from './queue.ts'
import { closeRedis, createRedis } from './redis.ts'
import { RedisUnavailable } from './redis-unavailable.ts'
import { openClient, openTestStore, silent } from '@safelight/testkit/vitest'

async function openQueue(): Promise<{ queue: JobQueue; keys: Keys }> {
  const { keys } = await openTestStore()
  const queue = createJobQueue({ redis: await openClient('api'), keys })
  onTestFinished(() => queue.close())
  return { queue, keys }
}

describe('position', () => {
  it('counts the jobs ahead: higher priority first', async () => {
    const { queue } = await openQueue()
    const [low, normal, high] = [randomUUID(), randomUUID(), randomUUID()]
    await queue.add(low, -5)
    await queue.add(high, 1_000_000)
    await queue.add(normal, 0)
    const line = [high, normal, low]
    expect(await Promise.all(line.map((jobId) => queue.position(jobId)))).toEqual([0, 1, 2])
    expect(await queue.depth()).toBe(3)
  })

  // its Lua writes large scores with 14 digits, which leaves no room for the order of arrival
  const rounded =
    inject('redisKind') === 'embedded' ? ' (not on the embedded Redis: it rounds)' : ''
  it.skipIf(rounded)(`keeps who came first ahead within a priority${rounded}`, async () => {
    const { queue } = await openQueue()
    const line = Array.from({ length: 12 }, () => randomUUID())
    for (const jobId of line) await queue.add(jobId, 0)
    expect(await Promise.all(line.map((jobId) => queue.position(jobId)))).toEqual([...line.keys()])
  })

  it('is null for a job that is not in line, and moves up when one ahead is removed', async () => {
    const { queue } = await openQueue()
    const [one, two] = [randomUUID(), randomUUID()]
    await queue.add(one, 0)
    await queue.add(two, 0)
    await queue.remove(one)
    expect(await queue.position(one)).toBeNull()
    expect(await queue.position(two)).toBe(0)
    await queue.remove('never-there')
  })
})

it('holds one ticket for a job, however often it is added', async () => {
  const { queue } = await openQueue()
  const jobId = randomUUID()
  await Promise.all(Array.from({ length: 10 }, () => queue.add(jobId, 0)))
  expect(await queue.depth()).toBe(1)
})

it('hands tickets to workers in the order of the line', async () => {
  const { queue, keys } = await openQueue()
  const [later, sooner] = [randomUUID(), randomUUID()]
  await queue.add(later, -1)
  await queue.add(sooner, 1)
  const taken: string[] = []
  const connection = await openClient('worker')
  await new Promise<void>((resolve) => {
    const worker = new Worker(
      QUEUE_NAME,
      async (job) => {
        taken.push(ticketSchema.parse(job.data).jobId)
        if (taken.length === 2) resolve()
      },
      { connection, prefix: keys.bullPrefix },
    )
    worker.on('error', () => undefined)
    onTestFinished(() => worker.close())
  })
  expect(taken).toEqual([sooner, later])
})

it('maps every priority to one that waits in line, higher sooner', () => {
  expect(toBullPriority(1_000_000)).toBe(1)
  expect(toBullPriority(0)).toBe(1_000_001)
  expect(toBullPriority(-1_000_000)).toBe(2_000_001)
  expect(toBullPriority(5e9)).toBe(1)
  // the largest BullMQ takes
  expect(toBullPriority(-5e9)).toBeLessThan(2 ** 21)
})

it('fails at once while Redis is away, and works once it is there', async () => {
  const redis = createRedis('redis://127.0.0.1:1', 'api', { log: silent })
  onTestFinished(() => closeRedis(redis))
  const queue = createJobQueue({ redis, keys: createKeys('t-away') })
  await expect(queue.add(randomUUID(), 0)).rejects.toBeInstanceOf(RedisUnavailable)
  await expect(queue.depth()).rejects.toBeInstanceOf(RedisUnavailable)
  await queue.close()
  const { keys } = await openTestStore()
  const late = createRedis(inject('redisUrl'), 'api', { log: silent })
  onTestFinished(() => closeRedis(late))
  const patient = createJobQueue({ redis: late, keys })
  onTestFinished(() => patient.close())
  // not ready yet: refused, and not broken for good
  await expect(patient.depth()).rejects.toBeInstanceOf(RedisUnavailable)
  await expect.poll(() => patient.depth().catch(() => -1)).toBe(0)
})

it('has a place before all others, and one before the equals of a ticket', () => {
  for (const priority of [-1_000_000, -1, 0, 7, 1_000_000]) {
    const own = toBullPriority(priority)
    expect(FIRST_IN_LINE).toBeLessThanOrEqual(own)
    expect(aheadOf(own)).toBe(toBullPriority(priority + 1))
  }
})
