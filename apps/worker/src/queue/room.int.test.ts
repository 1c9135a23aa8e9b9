import { randomUUID } from 'node:crypto'
import { createLogger, createScope } from '@safelight/runtime'
import { closeRedis, createJobQueue, createKeys, createRedis } from '@safelight/store'
import type { Job } from 'bullmq'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { until } from '../testing/stack.ts'
import { QUICK_TIMINGS } from '../testing/quick-timings.ts'
import { createRoom, type Place, type Room } from './room.ts'
import { createTicketWorker } from './ticket-worker.ts'

const log = createLogger({ level: 'silent', name: 'test' })

let scope: ReturnType<typeof createScope>
let freeSeats: number
let room: Room
/** Tickets in hand: taken in this order, ended by the test. */
let taken: { jobId: string; place: Place; end: () => void }[]
let add: (jobId: string) => Promise<void>

beforeEach(async () => {
  scope = createScope('test')
  const keys = createKeys(`t-${randomUUID()}`)
  const redis = createRedis(inject('redisUrl'), 'worker', { log })
  scope.defer(() => closeRedis(redis))
  const queue = scope.use(createJobQueue({ redis, keys }))
  add = (jobId) => queue.add(jobId, 0)
  freeSeats = 0
  taken = []
  room = createRoom({ freeSeats: () => freeSeats, maxTickets: 4 })
  const processJob = async (job: Job): Promise<void> => {
    const place = room.enter()
    await new Promise<void>((end) => taken.push({ jobId: job.id ?? '', place, end }))
    place.leave()
  }
  const worker = await createTicketWorker({
    redis,
    keys,
    name: 'w',
    processJob,
    timings: QUICK_TIMINGS,
    log,
  })
  scope.defer(async () => {
    for (const { end } of taken) end()
    await worker.close()
  })
  scope.defer(() => room.close())
  room.open(worker)
})
afterEach(() => scope.close())

function seat(at: number): void {
  freeSeats -= 1
  taken[at]?.place.seated()
}

const count = (wanted: number) => until(() => (taken.length >= wanted ? taken : null))

it('takes nothing while there is no room, and at once when there is', async () => {
  await add('a')
  room.update()
  await add('b')
  expect(taken).toEqual([])
  freeSeats = 1
  room.update()
  expect((await count(1)).map(({ jobId }) => jobId)).toEqual(['a'])
})

it('takes one more the moment a seat is free, though its first job still collects outputs', async () => {
  await add('a')
  await add('b')
  freeSeats = 1
  room.update()
  await count(1)
  seat(0)
  // its execution ends; nothing of BullMQ's own would look at the queue again now
  freeSeats = 1
  room.update()
  expect((await count(2)).map(({ jobId }) => jobId)).toEqual(['a', 'b'])
})

it('holds no more tickets than its limit, however many seats are free', async () => {
  for (const jobId of ['a', 'b', 'c', 'd', 'e', 'f']) await add(jobId)
  freeSeats = 10
  room.update()
  await count(4)
  for (let at = 0; at < 4; at += 1) seat(at)
  taken[0]?.end()
  expect(await count(5)).toHaveLength(5)
})
