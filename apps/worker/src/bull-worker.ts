/** A BullMQ worker as the queues of Safelight need one: it takes what it is told to, and a ticket comes back as often as its worker is lost. */
import type { Logger } from '@safelight/runtime'
import { isRefusedForNow, type Keys } from '@safelight/store'
import { createRedisBackend, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { WorkerTimings } from './timings.ts'

export interface BullWorkerOptions {
  redis: Redis
  keys: Pick<Keys, 'bullPrefix'>
  name: string
  /** How long it waits for a ticket, with a connection of its own. Without it, it never does. */
  takeEveryMs?: number
  timings: Pick<WorkerTimings, 'lockMs' | 'lostTicketsEveryMs'>
  log: Logger
  /** What an error is called in the log. */
  trouble: string
}

export type BullWorker = Worker<unknown, string>

/** A lost job is adopted, as often as it takes: its lost workers are counted in its record. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER

export async function openBullWorker(
  queue: string,
  { redis, keys, name, takeEveryMs, timings, log, trouble }: BullWorkerOptions,
): Promise<BullWorker> {
  const options = {
    connection: redis,
    prefix: keys.bullPrefix,
    name,
    autorun: false,
    lockDuration: timings.lockMs,
    // Redis refuses to look again before that; whoever asks at the full pace is never refused for having been late the last time
    stalledInterval: timings.lostTicketsEveryMs / (takeEveryMs === undefined ? 2 : 1),
    maxStalledCount: NO_LIMIT,
    // seconds
    ...(takeEveryMs !== undefined && { drainDelay: takeEveryMs / 1_000 }),
  }
  const worker: BullWorker = new Worker(queue, null, options, (...[at, given, more]) =>
    createRedisBackend(at, given, takeEveryMs === undefined ? {} : more),
  )
  worker.on('error', (error) => {
    // an outage is told by the client itself, once; BullMQ repeats it with every try
    const isTold = redis.status !== 'ready' || isRefusedForNow(error)
    log[isTold ? 'debug' : 'warn']({ err: error }, trouble)
  })
  await worker.waitUntilReady()
  return worker
}
