/**
 * Which of the jobs that are only staged give their slots to jobs of higher priority that wait. Pure.
 *
 * For a job that waits and finds every slot taken, the one staged with the lowest priority gives way on a host that
 * would run the other next. Nothing that executes is ever taken back, nor is a job that has been often enough, that had to begin by some time, or has
 * waited so long that it would go before all others again.
 */
import type { Candidate } from '@safelight/store'
import { mayRun, type Offer, pickJob, type PickOptions } from './pick-job.ts'

/** A job of ours whose prompt is on the host and has not begun. */
export interface StagedJob {
  jobId: string
  /** 0 for the highest priority. */
  band: number
  /** ms since the epoch */
  createdAt: number
  takenBack: number
  /** When it had to begin at the latest (ms since the epoch); null: whenever. */
  startBy: number | null
  /** ms until all that is before it there should be over; null when nobody can tell. */
  aheadMs: number | null
}

/** A host that takes jobs, and what this worker has staged there. */
export interface StagedHost extends Offer {
  pools: readonly string[]
  hasFreeSlot: boolean
  staged: readonly StagedJob[]
}

export interface TakeBack {
  jobId: string
  hostId: string
  /** The job that it makes room for. */
  forJobId: string
}

export interface TakeBackOptions extends PickOptions {
  /** A job that has waited so long goes before all others; null: none does. */
  agingMs: number | null
}

/** From then on a job keeps its slot: it has made way for others often enough. */
const MOST_TAKE_BACKS = 3

/** @param candidates jobs that wait, but for those that room is being made for */
export function pickTakeBacks(
  candidates: readonly Candidate[],
  hosts: readonly StagedHost[],
  options: TakeBackOptions,
): TakeBack[] {
  const { nowMs } = options
  const fits = (job: Candidate, host: StagedHost) =>
    host.pools.includes(job.pool) && mayRun(job, host, nowMs)
  const free = hosts.filter(({ hasFreeSlot }) => hasFreeSlot)
  let waiting = candidates.filter((job) => !free.some((host) => fits(job, host)))

  const takeBacks: TakeBack[] = []
  const yielding = hosts
    .flatMap((host) => host.staged.map((job) => ({ job, host })))
    .filter(({ job }) => mayYield(job, options))
    .sort(lowestPriorityFirst)
  for (const { job, host } of yielding) {
    const next = pickJob(
      waiting.filter(({ pool }) => host.pools.includes(pool)),
      host,
      options,
    )
    const newcomer = waiting.find(({ jobId }) => jobId === next?.jobId)
    if (!newcomer || newcomer.band >= job.band) continue
    takeBacks.push({ jobId: job.jobId, hostId: host.hostId, forJobId: newcomer.jobId })
    waiting = waiting.filter((other) => other !== newcomer)
  }
  return takeBacks
}

function mayYield(job: StagedJob, { agingMs, nowMs }: TakeBackOptions): boolean {
  return mayGo(job) && (agingMs === null || nowMs - job.createdAt < agingMs)
}

/** One that was in time would be too late, were it taken back. */
export function mayGo({ takenBack, startBy }: Pick<StagedJob, 'takenBack' | 'startBy'>): boolean {
  return takenBack < MOST_TAKE_BACKS && startBy === null
}

/** Of equals, who came last has waited least. */
function lowestPriorityFirst(one: { job: StagedJob }, other: { job: StagedJob }): number {
  return other.job.band - one.job.band || other.job.createdAt - one.job.createdAt
}
