/** What every way of making a job shares: the bound of the queue before, the way to the queue after. */
import type { Logger } from '@safelight/runtime'
import { ApiError } from '@safelight/shared'

export interface AdmissionDeps {
  /** Jobs accepted and not yet started. */
  countQueued: () => Promise<number>
  maxQueueDepth: number
  /** Brings accepted jobs to the queue; what it misses, the sweeper brings. */
  flushOutbox: (jobId: string) => Promise<unknown>
  log: Logger
}

export interface Admission {
  /** Counted, not reserved: requests that race may overshoot the bound by their number. */
  refuseWhenFull(): Promise<void>
  /** The job is accepted: nothing that goes wrong here can lose it. */
  enqueue(jobId: string): Promise<void>
}

const QUEUE_FULL_RETRY_SECONDS = 10

export function createAdmission(deps: AdmissionDeps): Admission {
  const { countQueued, maxQueueDepth, flushOutbox, log } = deps
  return {
    async refuseWhenFull() {
      if ((await countQueued()) < maxQueueDepth) return
      throw new ApiError('queue_full', 'The queue is full. Try again later.', {
        retryAfterSeconds: QUEUE_FULL_RETRY_SECONDS,
      })
    },
    async enqueue(jobId) {
      try {
        await flushOutbox(jobId)
      } catch (err) {
        log.warn({ err, jobId }, 'accepted, but not on the queue yet')
      }
    },
  }
}
