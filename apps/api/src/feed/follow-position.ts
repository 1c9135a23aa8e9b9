/** Follows a job's place in the queue for exactly as long as the job is queued. */
import type { JobStatus } from '@safelight/shared'
import type { Positions } from './positions.ts'

export interface PositionFollower {
  /** Call with every status heard. */
  update(status: JobStatus): void
  stop(): void
}

interface FollowOptions {
  positions: Positions
  jobId: string
  changed: (position: number | null) => void
}

export function followPosition({ positions, jobId, changed }: FollowOptions): PositionFollower {
  let unfollow: (() => void) | null = null
  function stop(): void {
    unfollow?.()
    unfollow = null
  }
  return {
    update(status) {
      if (status === 'queued') unfollow ??= positions.follow(jobId, changed)
      else stop()
    },
    stop,
  }
}
