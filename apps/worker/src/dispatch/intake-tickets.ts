/** The tickets of one pool, taken one at a time, and only with a slot for a job of it. */
import { randomUUID } from 'node:crypto'
import type { Logger } from '@safelight/runtime'
import { intakeQueueOf, type Keys, ticketSchema } from '@safelight/store'
import { Worker } from 'bullmq'
import type { Redis } from 'ioredis'
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
  // without a processor it takes only what it is told to
  const worker = new Worker(intakeQueueOf(pool), null, {
    connection: redis,
    prefix: keys.bullPrefix,
    name,
    autorun: false,
    lockDuration: timings.lockMs,
    stalledInterval: timings.lostTicketsEveryMs,
    // who dies with a ticket in hand has done no harm to any job
    maxStalledCount: Number.MAX_SAFE_INTEGER,
    // seconds
    drainDelay: timings.takeEveryMs / 1_000,
  })
  worker.on('error', (error) => {
    // an outage is told by the client itself, once; BullMQ repeats it with every try
    log[redis.status === 'ready' ? 'warn' : 'debug']({ err: error, pool }, 'intake trouble')
  })
  await worker.waitUntilReady()
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
