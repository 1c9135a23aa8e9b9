/** Which job that is staged elsewhere an idle host asks for, and which of ours may go. Pure. */
import type { StagedJobElsewhere } from '@safelight/store'
import type { FitHost } from './dispatcher.ts'
import { isInPlace, mayRun } from './pick-job.ts'
import { mayGo, type StagedJob } from './pick-take-backs.ts'

export interface Move {
  jobId: string
  /** Where it is staged. */
  hostId: string
  byHostId: string
  /** How long it must have to wait where it is. */
  worthMs: number
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
    const isHere = (job: StagedJobElsewhere) => isInPlace(job.needs.files, host.loaded)
    const worthMs = (job: StagedJobElsewhere) => (isHere(job) ? moveAfterMs : moveToLoadAfterMs)
    const mayHave = left.filter(
      (job) =>
        nowMs - job.dispatchedAt >= worthMs(job) &&
        host.pools.includes(job.pool) &&
        mayRun(job, host, nowMs),
    )
    const job = mayHave.find(isHere) ?? mayHave[0]
    if (!job) continue
    const { jobId, hostId } = job
    moves.push({ jobId, hostId, byHostId: host.hostId, worthMs: worthMs(job) })
    left = left.filter((other) => other !== job)
  }
  return moves
}

/**
 * Whether a job of ours would wait so long where it is that the way to another host is worth it. It is for one that is still
 * there when that time is over: what is before it hangs, or takes longer than was expected.
 * @param askedForMs since it was first asked for
 */
export function mayMove(
  job: Pick<StagedJob, 'takenBack' | 'startBy' | 'aheadMs'>,
  { worthMs, askedForMs }: { worthMs: number; askedForMs: number },
): boolean {
  const { aheadMs } = job
  return mayGo(job) && (aheadMs === null || aheadMs >= worthMs || askedForMs >= worthMs)
}
