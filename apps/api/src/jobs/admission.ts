/** What every way of making a job shares: the bound of the queue before, the way to the queue after. */
import type { Logger } from '@safelight/runtime'
import { ApiError, type Snapshot } from '@safelight/shared'
import { RedisUnavailable } from '@safelight/store'
import type { WhenRoom } from './when-room.ts'

export interface AdmissionDeps {
  /** Jobs accepted and not yet started. */
  countQueued: () => Promise<number>
  maxQueueDepth: number
  /** Bytes of the workflows of all jobs that have not ended. */
  countBytes: () => Promise<number>
  maxQueueBytes: number
  whenRoom: WhenRoom
  /** Redis has little more room than its running work needs. */
  isStoreFull: () => Promise<boolean>
  /** Says on the intake queue that a job waits; what it misses, the reconciler makes good. */
  announce: (snapshot: Snapshot) => Promise<unknown>
  log: Logger
}

export interface Admission {
  /** Counted, not reserved: requests that race may overshoot the bound by their number. */
  refuseWhenFull(): Promise<void>
  /** The job is accepted: nothing that goes wrong here can lose it. */
  enqueue(snapshot: Snapshot): Promise<void>
}

export function createAdmission(deps: AdmissionDeps): Admission {
  const { announce, log } = deps
  return {
    async refuseWhenFull() {
      const [queued, bytes, isStoreFull] = await Promise.all([
        deps.countQueued(),
        deps.countBytes(),
        deps.isStoreFull(),
      ])
      if (isStoreFull) throw new RedisUnavailable(undefined, 'full')
      if (queued < deps.maxQueueDepth && bytes < deps.maxQueueBytes) return
      throw new ApiError('queue_full', 'The queue is full. Try again later.', {
        retryAfterSeconds: await deps.whenRoom(queued - deps.maxQueueDepth + 1),
      })
    },
    async enqueue(snapshot) {
      try {
        await announce(snapshot)
      } catch (err) {
        log.warn({ err, jobId: snapshot.jobId }, 'accepted, but not announced yet')
      }
    },
  }
}
