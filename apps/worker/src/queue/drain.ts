/** The end of a worker's life: take nothing new, wait a while, then hand back what still runs. */
import type { Clock, Logger } from '@safelight/runtime'
import type { Worker } from 'bullmq'

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
