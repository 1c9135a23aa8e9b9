/** The tickets of one pool, taken one at a time, and only with a slot for a job of it. */
import { randomUUID } from 'node:crypto'
import type { Clock, Logger } from '@safelight/runtime'
import { createSpend, intakeQueueOf, type Keys } from '@safelight/store'
import type { Redis } from 'ioredis'
import { type BullWorker, openBullWorker } from '../bull-worker.ts'
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
  clock: Clock
  log: Logger
}

type Ticket = Awaited<ReturnType<BullWorker['getNextJob']>>

/** A ticket that was on its way when its queue was closed has arrived by then; if not, it comes back when its lock has run out. */
const FORGOTTEN_MS = 250

export async function openIntakeTickets(options: IntakeTicketsOptions): Promise<IntakeTickets> {
  const { redis, keys, pool, name, timings, clock, log } = options
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
  /** Lets go of whoever waits now. */
  let forget = () => {}
  const next = (token: string) =>
    new Promise<Ticket | undefined>((resolve, reject) => {
      forget = () => resolve(undefined)
      worker.getNextJob(token).then(resolve, reject)
    })
  return {
    async take() {
      const token = randomUUID()
      let ticket = await next(token)
      // the first look after a ticket does not wait
      if (!ticket && !isDrained) ticket = await next(token)
      isDrained = !ticket
      if (ticket?.id === undefined) return null
      // should it be another worker's by now, it has woken us all the same
      const spent = spend(ticket.id, token).then(() => undefined)
      // whoever waits for it is told
      spent.catch(() => undefined)
      return { spent }
    },
    // nothing is in our hand: what waits for a ticket is cut off
    async close() {
      // who waits is told by the end of its connection; one that pauses between two tries to connect has no end
      clock.after(FORGOTTEN_MS, () => forget())
      await worker.close(true)
    },
  }
}
