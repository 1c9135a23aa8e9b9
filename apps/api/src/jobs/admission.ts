/** What every way of making a job shares: the bound of the queue before, the way to the queue after. */
import { type Clock, type Logger, remember } from '@safelight/runtime'
import { ApiError, type Snapshot } from '@safelight/shared'
import { RedisUnavailable } from '@safelight/store'
import type { WhenRoom } from './when-room.ts'

export interface AdmissionDeps {
  /** Jobs accepted and not yet started. */
  countQueued: () => Promise<number>
  maxQueueDepth: () => number
  /** Bytes of the workflows of all jobs that have not ended. */
  countBytes: () => Promise<number>
  maxQueueBytes: () => number
  /** How long both counts are remembered: in between, what this process lets in is counted along. */
  maxAgeMs: number
  clock: Pick<Clock, 'steady'>
  whenRoom: WhenRoom
  /** Throws when Redis has little more room than its running work needs. */
  refuseWhenStoreFull: () => Promise<void>
  /** As many replicas follow Redis as are to have a job; true where none is. */
  follows: () => Promise<boolean>
  /** Says on the intake queue that a job waits; what it misses, the reconciler makes good. */
  announce: (snapshot: Snapshot) => Promise<unknown>
  log: Logger
}

export interface Admission {
  /**
   * Counted, not reserved: requests that race may overshoot the bound by their number, and several processes by what
   * they let in within `maxAgeMs`. Nothing is refused for a count that is remembered.
   * @param bytes of the workflow that is to be let in; of a repeated job they are counted with the next look
   */
  refuseWhenFull(bytes?: number): Promise<void>
  /** The job is accepted: nothing that goes wrong here can lose it. */
  enqueue(snapshot: Snapshot): Promise<void>
}

export function createAdmission(deps: AdmissionDeps): Admission {
  const { announce, log, clock, maxAgeMs } = deps
  const counted = remember(
    async () => {
      const [jobs, bytes] = await Promise.all([deps.countQueued(), deps.countBytes()])
      return { jobs, bytes }
    },
    { clock, maxAgeMs },
  )
  const isFull = ({ jobs, bytes }: { jobs: number; bytes: number }) =>
    jobs >= deps.maxQueueDepth() || bytes >= deps.maxQueueBytes()

  return {
    async refuseWhenFull(bytes = 0) {
      const [remembered, follows] = await Promise.all([
        counted.get(),
        deps.follows(),
        deps.refuseWhenStoreFull(),
      ])
      if (!follows) throw new RedisUnavailable(undefined, 'unreplicated')
      const count = isFull(remembered) ? await counted.get(0) : remembered
      if (isFull(count)) {
        throw new ApiError('queue_full', 'The queue is full. Try again later.', {
          retryAfterSeconds: await deps.whenRoom(count.jobs - deps.maxQueueDepth() + 1),
        })
      }
      count.jobs += 1
      count.bytes += bytes
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
