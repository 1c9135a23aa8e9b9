import { randomUUID } from 'node:crypto'
import { createLogger, systemClock } from '@safelight/runtime'
import { createKeys, createQueues, createTickets, hostQueueOf } from '@safelight/store'
import { openClient } from '@safelight/testkit/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { openTicketQueue } from './ticket-queue.ts'

const hostId = 'gpu'

it('does not miss a ticket that it is told of while it asks and finds nothing', async () => {
  const redis = await openClient('worker')
  const keys = createKeys(randomUUID())
  const queues = createQueues({ redis, keys })
  const tickets = createTickets(queues)
  const worked: string[] = []
  const queue = await openTicketQueue(hostQueueOf(hostId, 'execute'), {
    redis,
    keys,
    name: 'worker-1',
    atOnce: 4,
    work: async (jobId) => {
      worked.push(jobId)
      return { ticket: 'spent' }
    },
    timings: { lockMs: 10_000, lostTicketsEveryMs: 10_000, store: {} },
    clock: systemClock,
    log: createLogger({ level: 'silent', name: 'test' }),
  })
  onTestFinished(async () => {
    await queue.close()
    await queues.close()
  })
  const add = (jobId: string) => tickets.addToHost(hostId, 'execute', { jobId, times: 1 })
  queue.expect(await add('first'))
  await expect.poll(() => worked).toEqual(['first'])
  // of somebody who was faster: this asks, and finds nothing
  queue.expect('gone')
  queue.expect('late.1')
  // sent after that
  for (let turn = 0; turn < 100; turn += 1) await Promise.resolve()
  expect(await add('late')).toBe('late.1')
  await expect.poll(() => worked).toEqual(['first', 'late'])
})
