/** Which job that is staged elsewhere an idle host asks for, and which of ours may go. Pure. */
import type { StagedJobElsewhere } from '@safelight/store'
import type { FitHost } from './dispatcher.ts'
import { isInPlace, mayRun } from './pick-job.ts'
import { MOST_TAKE_BACKS, type StagedJob } from './pick-take-backs.ts'

export interface Move {
  jobId: string
  /** Where it is staged. */
  hostId: string
  byHostId: string
}

export interface MoveOptions {
  nowMs: number
  /** How long a job has been staged before another host asks for it. */
  moveAfterMs: number
  /** The same when that one would have to load its models. */
  moveToLoadAfterMs: number
}

/** @param idle the best first */
export function pickMoves(
  staged: readonly StagedJobElsewhere[],
  idle: readonly FitHost[],
  { nowMs, moveAfterMs, moveToLoadAfterMs }: MoveOptions,
): Move[] {
  let left = staged.toSorted(
    (one, other) => one.band - other.band || one.dispatchedAt - other.dispatchedAt,
  )
  const moves: Move[] = []
  for (const host of idle) {
    const isInPlaceHere = (job: StagedJobElsewhere) => isInPlace(job.needs.files, host.loaded)
    const mayHave = left.filter((job) => {
      const stagedMs = nowMs - job.dispatchedAt
      const enough = stagedMs >= (isInPlaceHere(job) ? moveAfterMs : moveToLoadAfterMs)
      return enough && host.pools.includes(job.pool) && mayRun(job, host, nowMs)
    })
    const job = mayHave.find(isInPlaceHere) ?? mayHave[0]
    if (!job) continue
    moves.push({ jobId: job.jobId, hostId: job.hostId, byHostId: host.hostId })
    left = left.filter((other) => other !== job)
  }
  return moves
}

/** Whether a job of ours would wait long enough where it is that the way to another host is worth it. */
export function mayMove(
  { takenBack, aheadMs }: Pick<StagedJob, 'takenBack' | 'aheadMs'>,
  { moveAfterMs }: Pick<MoveOptions, 'moveAfterMs'>,
): boolean {
  return takenBack < MOST_TAKE_BACKS && (aheadMs === null || aheadMs >= moveAfterMs)
}
