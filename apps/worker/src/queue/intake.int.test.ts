import { randomUUID } from 'node:crypto'
import { createLogger, createScope, systemClock } from '@safelight/runtime'
import { closeRedis, createJobQueue, createKeys, createRedis } from '@safelight/store'
import type { Job } from 'bullmq'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { until } from '../testing/stack.ts'
import { QUICK_TIMINGS } from '../testing/quick-timings.ts'
import { createIntake, type Intake, type TakenTicket } from './intake.ts'
import { createTicketWorker } from './ticket-worker.ts'

const log = createLogger({ level: 'silent', name: 'test' })

let scope: ReturnType<typeof createScope>
let freeSlots: number
let intake: Intake
/** Tickets in hand: taken in this order, ended by the test. */
let taken: { jobId: string; ticket: TakenTicket; end: () => void }[]
let add: (jobId: string) => Promise<void>

beforeEach(async () => {
  scope = createScope('test')
  const keys = createKeys(`t-${randomUUID()}`)
  const redis = createRedis(inject('redisUrl'), 'worker', { log })
  scope.defer(() => closeRedis(redis))
  const queue = scope.use(createJobQueue({ redis, keys }))
  add = (jobId) => queue.add(jobId, 0)
  freeSlots = 0
  taken = []
  intake = createIntake({ freeSlots: () => freeSlots, maxTickets: () => 4, clock: systemClock })
  const processJob = async (job: Job): Promise<void> => {
    const ticket = intake.count()
    await new Promise<void>((end) => taken.push({ jobId: job.id ?? '', ticket, end }))
    ticket.gone()
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
  scope.defer(() => intake.close())
  intake.open(worker)
})
afterEach(() => scope.close())

function giveSlot(at: number): void {
  freeSlots -= 1
  taken[at]?.ticket.gotSlot()
}

const count = (wanted: number) => until(() => (taken.length >= wanted ? taken : null))

it('takes nothing while there is no free slot, and at once when there is', async () => {
  await add('a')
  intake.update()
  await add('b')
  expect(taken).toEqual([])
  freeSlots = 1
  intake.update()
  expect((await count(1)).map(({ jobId }) => jobId)).toEqual(['a'])
})

it('takes one more the moment a slot is free, though its first job still collects outputs', async () => {
  await add('a')
  await add('b')
  freeSlots = 1
  intake.update()
  await count(1)
  giveSlot(0)
  // its execution ends; nothing of BullMQ's own would look at the queue again now
  freeSlots = 1
  intake.update()
  expect((await count(2)).map(({ jobId }) => jobId)).toEqual(['a', 'b'])
})

it('holds no more tickets than its limit, however many slots are free', async () => {
  for (const jobId of ['a', 'b', 'c', 'd', 'e', 'f']) await add(jobId)
  freeSlots = 10
  intake.update()
  await count(4)
  for (let at = 0; at < 4; at += 1) giveSlot(at)
  taken[0]?.end()
  expect(await count(5)).toHaveLength(5)
})

it('takes one that is expected though no slot is free, and no other with it', async () => {
  await add('a')
  await add('b')
  intake.expect(10)
  expect((await count(1)).map(({ jobId }) => jobId)).toEqual(['a'])
  // the next only when it is expected, too
  intake.expect()
  expect(await count(2)).toHaveLength(2)
  intake.close()
  intake.expect()
  expect(taken).toHaveLength(2)
})
