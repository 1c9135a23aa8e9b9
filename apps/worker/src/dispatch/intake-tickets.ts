/** The tickets of one pool, taken one at a time, and only with a slot for a job of it. */
import { randomUUID } from 'node:crypto'
import type { Logger } from '@safelight/runtime'
import { createSpend, intakeQueueOf, type Keys } from '@safelight/store'
import type { Redis } from 'ioredis'
import { openBullWorker } from '../bull-worker.ts'
import type { WorkerTimings } from '../timings.ts'

export interface IntakeTickets {
  /**
   * Waits for the next one, for a while. It is spent at once: whoever announces a job while it is in our hand adds none, so
   * what waits has to be looked at after that.
   * @returns null when there was none
   */
  take(): Promise<TakenTicket | null>
  close(): Promise<void>
}

export interface TakenTicket {
  /** Resolves when it is. */
  spent: Promise<void>
}

export interface IntakeTicketsOptions {
  redis: Redis
  keys: Keys
  pool: string
  name: string
  timings: Pick<WorkerTimings, 'lockMs' | 'takeEveryMs' | 'lostTicketsEveryMs'>
  log: Logger
}

export async function openIntakeTickets(options: IntakeTicketsOptions): Promise<IntakeTickets> {
  const { redis, keys, pool, name, timings, log } = options
  const worker = await openBullWorker(intakeQueueOf(pool), {
    redis,
    keys,
    name,
    takeEveryMs: timings.takeEveryMs,
    timings,
    log: log.child({ pool }),
    trouble: 'intake trouble',
  })
  await worker.startStalledCheckTimer()
  const spend = createSpend(options, intakeQueueOf(pool))
  let isDrained = false
  return {
    async take() {
      const token = randomUUID()
      let ticket = await worker.getNextJob(token)
      // the first look after a ticket does not wait
      if (!ticket && !isDrained) ticket = await worker.getNextJob(token)
      isDrained = !ticket
      if (ticket?.id === undefined) return null
      // should it be another worker's by now, it has woken us all the same
      const spent = spend(ticket.id, token).then(() => undefined)
      // whoever waits for it is told
      spent.catch(() => undefined)
      return { spent }
    },
    // nothing is in our hand: what waits for a ticket is cut off
    close: () => worker.close(true),
  }
}
