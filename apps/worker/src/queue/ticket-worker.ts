/** The BullMQ worker: takes tickets as room allows, and survives losing one. */
import type { Logger } from '@safelight/runtime'
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

/** Paused until there is room: see room.ts. */
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
      worker.cancelJob(jobId, 'lock-lost')
    }
  })
  await worker.pause(true)
  return worker
}
