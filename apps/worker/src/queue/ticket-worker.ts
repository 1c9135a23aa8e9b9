/** The BullMQ worker: takes tickets as its intake allows, and survives losing one. */
import type { Clock, Logger } from '@safelight/runtime'
import { type Keys, QUEUE_NAME } from '@safelight/store'
import { type Job, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { WorkerTimings } from '../timings.ts'

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

/** The end of a worker's life: take nothing new, wait a while, then hand back what still runs. */
export async function closeTicketWorker(
  worker: Worker,
  { drainMs, clock, log }: { drainMs: number; clock: Clock; log: Logger },
): Promise<void> {
  // keeps the locks of what is still running until it has ended
  const closed = worker.close()
  const callOff = clock.after(drainMs, () => {
    log.info('drain time is over: handing jobs back')
    worker.cancelAllJobs('shutdown')
  })
  try {
    await closed
  } finally {
    callOff()
  }
}
