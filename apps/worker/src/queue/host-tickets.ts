/**
 * The tickets of one host: a BullMQ worker for its jobs, from the beginning until what they made is carried away, and one
 * for what others have left to be carried away.
 */
import type { Logger } from '@safelight/runtime'
import { hostQueueOf, type HostStage, type Keys, type Queues } from '@safelight/store'
import type { Job, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { openBullWorker } from '../bull-worker.ts'
import type { WorkerTimings } from '../timings.ts'

export interface OpenTickets {
  /**
   * Takes nothing more, and gives back what has not begun; resolves when what is in hand has left it, and what was made
   * of it is carried away.
   */
  close(): Promise<void>
  /** What is still in hand goes back. */
  handBack(): void
}

export interface HostTickets extends OpenTickets {
  /** The host has so many from now on. */
  setSlots(slots: number): void
}

export interface HostTicketsOptions {
  redis: Redis
  keys: Keys
  queues: Queues
  hostId: string
  slots: number
  name: string
  /** @param leaving aborted when the host gets nothing new from here */
  process(
    stage: HostStage,
    leaving: AbortSignal,
  ): (job: Job, token?: string, signal?: AbortSignal) => Promise<void>
  timings: Pick<WorkerTimings, 'lockMs' | 'hostTakeEveryMs' | 'queueRetryMs' | 'lostTicketsEveryMs'>
  log: Logger
}

/**
 * Jobs beyond the slots whose outputs are carried away, mostly waiting for each other: with more than that the host makes
 * more than can be fetched from it, and waits.
 */
const COLLECTS_AT_ONCE = 64

export async function openHostTickets(options: HostTicketsOptions): Promise<HostTickets> {
  const { queues, hostId, slots } = options
  // an earlier version had its slots guarded by the queue: dispatch does it
  const queue = await queues.get(hostQueueOf(hostId, 'execute'))
  await queue.removeGlobalConcurrency()
  const leaving = new AbortController()
  const opened = { ...options, leaving: leaving.signal }
  const executor = await openWorker(opened, 'execute', slots + COLLECTS_AT_ONCE)
  const collector = await openWorker(opened, 'collect', COLLECTS_AT_ONCE)
  const workers = [executor, collector]
  for (const worker of workers) {
    // ends with the worker, which says by its events what went wrong
    void worker.run().catch(() => undefined)
  }
  return {
    setSlots(count) {
      executor.concurrency = count + COLLECTS_AT_ONCE
    },
    async close() {
      leaving.abort()
      await Promise.all(workers.map((worker) => worker.close()))
    },
    handBack() {
      for (const worker of workers) worker.cancelAllJobs('shutdown')
    },
  }
}

async function openWorker(
  options: HostTicketsOptions & { leaving: AbortSignal },
  stage: HostStage,
  concurrency: number,
): Promise<Worker> {
  const { redis, keys, hostId, timings } = options
  const log = options.log.child({ hostId, stage })
  const worker = await openBullWorker(hostQueueOf(hostId, stage), {
    redis,
    keys,
    processor: options.process(stage, options.leaving),
    name: options.name,
    takeEveryMs: timings.hostTakeEveryMs,
    concurrency,
    runRetryDelay: timings.queueRetryMs,
    timings,
    log,
    trouble: 'queue trouble',
  })
  worker.on('failed', (job, error) => log.error({ jobId: job?.id, err: error }, 'ticket failed'))
  worker.on('stalled', (jobId) => log.warn({ jobId }, 'job lost its worker'))
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const jobId of jobIds) {
      log.warn({ jobId }, 'lock lost')
      worker.cancelJob(jobId, 'claim-lost')
    }
  })
  return worker
}
