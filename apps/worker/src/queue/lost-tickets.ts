/** Puts tickets whose worker died back in line. Apart from taking tickets: a worker without a free slot must look after them, too. */
import type { Logger } from '@safelight/runtime'
import { type Keys, QUEUE_NAME } from '@safelight/store'
import { Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { WorkerTimings } from '../timings.ts'

export interface LostTicketsOptions {
  redis: Redis
  keys: Keys
  name: string
  timings: Pick<WorkerTimings, 'lostTicketsEveryMs' | 'queueRetryMs'>
  /** A ticket is back in line, before all others. */
  onFound: () => void
  log: Logger
}

/** A lost job is adopted, as often as it takes: its own attempts are counted elsewhere. */
const NO_LIMIT = 1_000_000

export async function watchLostTickets(
  options: LostTicketsOptions,
): Promise<{ close(): Promise<void> }> {
  const { redis, keys, name, timings, onFound, log } = options
  // without a processor it takes no tickets
  const watcher = new Worker(QUEUE_NAME, null, {
    connection: redis,
    prefix: keys.bullPrefix,
    name: `${name}-lost-tickets`,
    autorun: false,
    stalledInterval: timings.lostTicketsEveryMs,
    maxStalledCount: NO_LIMIT,
    runRetryDelay: timings.queueRetryMs,
  })
  watcher.on('error', (error) => log.debug({ err: error }, 'lost tickets not looked for'))
  watcher.on('stalled', (jobId) => {
    log.warn({ jobId }, 'job lost its worker')
    onFound()
  })
  await watcher.waitUntilReady()
  await watcher.startStalledCheckTimer()
  return { close: () => watcher.close(true) }
}
