/** A BullMQ worker as the queues of Safelight need one: started by hand, and a ticket comes back as often as its worker is lost. */
import type { Logger } from '@safelight/runtime'
import type { Keys } from '@safelight/store'
import { type Processor, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { WorkerTimings } from './timings.ts'

export interface BullWorkerOptions {
  redis: Redis
  keys: Pick<Keys, 'bullPrefix'>
  /** Null: it takes only what it is told to. */
  processor: Processor | null
  name: string
  /** How often an idle one looks by itself. */
  takeEveryMs: number
  concurrency?: number
  runRetryDelay?: number
  timings: Pick<WorkerTimings, 'lockMs' | 'lostTicketsEveryMs'>
  log: Logger
  /** What an error is called in the log. */
  trouble: string
}

/** A lost job is adopted, as often as it takes: its lost workers are counted in its record. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER

export async function openBullWorker(queue: string, options: BullWorkerOptions): Promise<Worker> {
  const { redis, keys, processor, takeEveryMs, timings, log, trouble, ...more } = options
  const worker = new Worker(queue, processor, {
    connection: redis,
    prefix: keys.bullPrefix,
    autorun: false,
    lockDuration: timings.lockMs,
    stalledInterval: timings.lostTicketsEveryMs,
    maxStalledCount: NO_LIMIT,
    // seconds
    drainDelay: takeEveryMs / 1_000,
    ...more,
  })
  worker.on('error', (error) => {
    // an outage is told by the client itself, once; BullMQ repeats it with every try
    log[redis.status === 'ready' ? 'warn' : 'debug']({ err: error }, trouble)
  })
  await worker.waitUntilReady()
  return worker
}
