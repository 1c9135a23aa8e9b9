/** The tickets of one pool, taken one at a time, and only with a slot for a job of it. */
import { randomUUID } from 'node:crypto'
import type { Logger } from '@safelight/runtime'
import { intakeQueueOf, type Keys, ticketSchema } from '@safelight/store'
import type { Redis } from 'ioredis'
import { openBullWorker } from '../bull-worker.ts'
import type { WorkerTimings } from '../timings.ts'

/** Somebody waits. Not necessarily the job that the ticket was made for. */
export interface TakenTicket {
  jobId: string
  /** A job has been dispatched for it, or nobody waits. */
  spend(): Promise<void>
  /** Somebody waits whom we cannot serve: for others. */
  putBack(): Promise<void>
}

export interface IntakeTickets {
  /** The next one, or null after a while without any. */
  take(): Promise<TakenTicket | null>
  close(): Promise<void>
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
    processor: null,
    name,
    takeEveryMs: timings.takeEveryMs,
    timings,
    log: log.child({ pool }),
    trouble: 'intake trouble',
  })
  await worker.startStalledCheckTimer()
  return {
    async take() {
      const token = randomUUID()
      const ticket = await worker.getNextJob(token)
      if (!ticket) return null
      const { jobId } = ticketSchema.parse(ticket.data)
      return {
        jobId,
        async spend() {
          await ticket.moveToCompleted('', token, false)
        },
        async putBack() {
          await ticket.moveToWait(token)
        },
      }
    },
    close: () => worker.close(),
  }
}
