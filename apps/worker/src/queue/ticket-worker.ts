/** The BullMQ worker: takes tickets as room allows, and survives losing one. */
import type { Logger } from '@safelight/runtime'
import { type Keys, QUEUE_NAME } from '@safelight/store'
import { type Job, Worker } from 'bullmq'
import type { Redis } from 'ioredis'

export interface TicketWorkerOptions {
  redis: Redis
  keys: Keys
  name: string
  processJob: (job: Job, token?: string, signal?: AbortSignal) => Promise<void>
  log: Logger
}

/** Renewed at half of it. Longer than an event loop may hang; a dead worker's jobs wait for it to run out. */
export const LOCK_MS = 10_000
/** Tickets put back by `moveToWait` wake nobody: this is how soon an idle worker looks by itself. */
const LOOK_EVERY_SECONDS = 1

/** Paused until there is room: see room.ts. */
export async function createTicketWorker(options: TicketWorkerOptions): Promise<Worker> {
  const { redis, keys, name, processJob, log } = options
  const worker = new Worker(QUEUE_NAME, processJob, {
    connection: redis,
    prefix: keys.bullPrefix,
    name,
    autorun: false,
    concurrency: 1,
    lockDuration: LOCK_MS,
    // see lost-tickets.ts
    skipStalledCheck: true,
    drainDelay: LOOK_EVERY_SECONDS,
    // after an outage of Redis, look again soon
    runRetryDelay: 1_000,
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
