/** The tickets of one host: a BullMQ worker for what it executes, and one for what is carried away from it. */
import { type Clock, type Logger, sleep } from '@safelight/runtime'
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
  setSlots(slots: number): Promise<void>
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
  clock: Clock
  log: Logger
}

/** Jobs whose outputs are fetched at a time: more would only share the same line. */
const COLLECTS_AT_ONCE = 3
/** Between two looks at what waits to be carried away, at the end. */
const LOOK_MS = 50

export async function openHostTickets(options: HostTicketsOptions): Promise<HostTickets> {
  const { queues, hostId, slots } = options
  // it outlives the workers: whoever drives the host last says how many slots it has
  const queue = await queues.get(hostQueueOf(hostId, 'execute'))
  await queue.setGlobalConcurrency(slots)
  const leaving = new AbortController()
  const opened = { ...options, leaving: leaving.signal }
  const executor = await openWorker(opened, 'execute', slots)
  const collector = await openWorker(opened, 'collect', COLLECTS_AT_ONCE)
  const workers = [executor, collector]
  const collects = await queues.get(hostQueueOf(hostId, 'collect'))
  const handedBack = new AbortController()

  /** What was executed last is on the queue, and not yet in a hand. */
  async function untilTaken(): Promise<void> {
    while (!handedBack.signal.aborted && (await collects.getWaitingCount()) > 0) {
      await sleep(options.clock, LOOK_MS)
    }
  }
  for (const worker of workers) {
    // ends with the worker, which says by its events what went wrong
    void worker.run().catch(() => undefined)
  }
  return {
    async setSlots(count) {
      if (executor.concurrency === count) return
      executor.concurrency = count
      await queue.setGlobalConcurrency(count)
      // a BullMQ worker at its limit looks again only when one of its jobs ends, unless it is woken
      await executor.pause(true)
      await executor.resume()
    },
    async close() {
      leaving.abort()
      await executor.close()
      await untilTaken()
      await collector.close()
    },
    handBack() {
      handedBack.abort()
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
