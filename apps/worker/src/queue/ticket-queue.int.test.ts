import { randomUUID } from 'node:crypto'
import { createLogger, systemClock } from '@safelight/runtime'
import { createKeys, createQueues, createTickets, hostQueueOf } from '@safelight/store'
import { openClient } from '@safelight/testkit/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { openTicketQueue, type TicketQueueOptions } from './ticket-queue.ts'

const hostId = 'gpu'

async function open(options: Pick<TicketQueueOptions, 'work' | 'timings'>) {
  const redis = await openClient('worker')
  const keys = createKeys(randomUUID())
  const queues = createQueues({ redis, keys })
  const tickets = createTickets(queues)
  const lines: string[] = []
  const destination = { write: (line: string) => void lines.push(line) }
  const queue = await openTicketQueue(hostQueueOf(hostId, 'execute'), {
    redis,
    keys,
    name: 'worker-1',
    atOnce: 4,
    onLost: () => undefined,
    clock: systemClock,
    log: createLogger({ level: 'debug', name: 'test', destination }),
    ...options,
  })
  onTestFinished(async () => {
    await queue.close()
    await queues.close()
  })
  const add = (jobId: string) => tickets.addToHost(hostId, 'execute', { jobId, times: 1 })
  const isLocked = (ticket: string) =>
    redis.exists(`${keys.bullPrefix}:${hostQueueOf(hostId, 'execute')}:${ticket}:lock`)
  return { queue, add, isLocked, lines }
}

it('does not miss a ticket that it is told of while it asks and finds nothing', async () => {
  const worked: string[] = []
  const { queue, add } = await open({
    work: async (jobId) => {
      worked.push(jobId)
      return { ticket: 'spent' }
    },
    timings: { lockMs: 10_000, lostTicketsEveryMs: 10_000, store: {} },
  })
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

it('holds a ticket once that comes back to it, because it was late to keep it', async () => {
  const lockMs = 400
  const ends: (() => void)[] = []
  const reasons: unknown[] = []
  let atOnce = 0
  let most = 0
  const { queue, add, isLocked, lines } = await open({
    async work(_jobId, signal) {
      most = Math.max(most, (atOnce += 1))
      const turn = ends.length
      signal.addEventListener('abort', () => (reasons[turn] = signal.reason))
      await new Promise<void>((resolve) => ends.push(resolve))
      atOnce -= 1
      return turn === 0 ? { ticket: 'again', delayMs: 0 } : { ticket: 'spent' }
    },
    timings: { lockMs, lostTicketsEveryMs: 20, store: {} },
  })
  const ticket = await add('late')
  queue.expect(ticket)
  await expect.poll(() => ends.length).toBe(1)
  await expect.poll(() => isLocked(ticket), { timeout: 5_000 }).toBe(0)
  // found lost, and taken again by the same process
  await expect
    .poll(async () => await queue.look().then(() => isLocked(ticket)), { timeout: 5_000 })
    .toBe(1)
  await expect.poll(() => reasons).toEqual(['claim-lost'])
  expect(ends).toHaveLength(1)
  // the first one is as slow as it likes: the ticket stays here
  for (let kept = 0; kept < 3; kept += 1) {
    await queue.keep()
    expect(await isLocked(ticket)).toBe(1)
  }
  ends[0]?.()
  await expect.poll(() => ends.length).toBe(2)
  expect(queue.has('late')).toBe(true)
  await queue.keep()
  expect(reasons).toEqual(['claim-lost'])
  ends[1]?.()
  await expect.poll(() => queue.has('late')).toBe(false)
  expect(most).toBe(1)
  expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([])
})
