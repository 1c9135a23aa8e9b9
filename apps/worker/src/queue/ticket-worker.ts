/** The BullMQ worker: takes tickets as its intake allows, and survives losing one. */
import type { Clock, Logger } from '@safelight/runtime'
import { type Keys, QUEUE_NAME } from '@safelight/store'
import { type Job, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { WorkerTimings } from '../timings.ts'
import type { Intake } from './intake.ts'

export interface TicketWorkerOptions {
  redis: Redis
  keys: Keys
  name: string
  processJob: (job: Job, token?: string, signal?: AbortSignal) => Promise<void>
  timings: Pick<WorkerTimings, 'lockMs' | 'takeEveryMs' | 'queueRetryMs'>
  log: Logger
}

/** Paused until there is a free slot: see intake.ts. */
export async function createTicketWorker(options: TicketWorkerOptions): Promise<Worker> {
  const { redis, keys, name, processJob, timings, log } = options
  const worker = new Worker(QUEUE_NAME, processJob, {
    connection: redis,
    prefix: keys.bullPrefix,
    name,
    autorun: false,
    concurrency: 1,
    lockDuration: timings.lockMs,
    // see lost-tickets.ts
    skipStalledCheck: true,
    // seconds
    drainDelay: timings.takeEveryMs / 1_000,
    runRetryDelay: timings.queueRetryMs,
  })
  worker.on('error', (error) => {
    // an outage is told by the client itself, once; BullMQ repeats it with every try
    log[redis.status === 'ready' ? 'warn' : 'debug']({ err: error }, 'queue trouble')
  })
  worker.on('failed', (job, error) => log.error({ jobId: job?.id, err: error }, 'ticket failed'))
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const jobId of jobIds) {
      log.warn({ jobId }, 'lock lost')
      worker.cancelJob(jobId, 'claim-lost')
    }
  })
  await worker.pause(true)
  return worker
}

export interface CloseOptions {
  drainMs: number
  /** How long BullMQ may take once there is nothing left to wait for. */
  closeMs: number
  intake: Pick<Intake, 'isEmpty' | 'whenEmpty'>
  clock: Clock
  log: Logger
}

/** The end of a worker's life: take nothing new, wait a while, then hand back what still runs. Never without end. */
export async function closeTicketWorker(worker: Worker, options: CloseOptions): Promise<void> {
  const { drainMs, closeMs, intake, clock, log } = options
  const timers = [clock.after(drainMs, handBack)]
  let giveUp = () => {}
  const limit = new Promise<'late'>((resolve) => {
    giveUp = () => resolve('late')
  })
  function handBack(): void {
    log.info('drain time is over: handing jobs back')
    worker.cancelAllJobs('shutdown')
    timers.push(clock.after(closeMs, giveUp))
  }

  /** A ticket may have been on its way to us when the end came: it has the drain time, too. */
  function giveUpWhenIdle(): void {
    const look = () => (intake.isEmpty() ? giveUp() : giveUpWhenIdle())
    void intake.whenEmpty().then(() => timers.push(clock.after(closeMs, look)))
  }

  giveUpWhenIdle()
  try {
    // keeps the locks of what is still running until it has ended; then it waits for the last word of each of its
    // connections, which one that is just being made again never says
    if ((await Promise.race([worker.close(), limit])) !== 'late') return
    log.warn('queue not closed in time: left as it is')
  } finally {
    for (const callOff of timers) callOff()
  }
}
