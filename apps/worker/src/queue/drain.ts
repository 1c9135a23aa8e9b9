/** The end of a worker's life: take nothing new, wait a while, then hand back what still runs. */
import type { Logger } from '@safelight/runtime'
import type { Worker } from 'bullmq'

export async function closeTicketWorker(
  worker: Worker,
  { drainMs, log }: { drainMs: number; log: Logger },
): Promise<void> {
  // keeps the locks of what is still running until it has ended
  const closed = worker.close()
  const timer = setTimeout(() => {
    log.info('drain time is over: handing jobs back')
    worker.cancelAllJobs('shutdown')
  }, drainMs)
  try {
    await closed
  } finally {
    clearTimeout(timer)
  }
}
