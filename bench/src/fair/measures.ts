/** What fairness is measured by, of jobs that have ended. */
import type { BenchJob } from '../client.ts'

export type Timed = Pick<BenchJob, 'owner' | 'created_at' | 'started_at' | 'completed_at'>

export interface Waits {
  /** ms from the request to the end, on average. */
  mean: number
  /** Until the last one has ended. */
  last: number
}

export function waitsOf(jobs: readonly Timed[]): Waits {
  const first = Math.min(...jobs.map((job) => Date.parse(job.created_at)))
  const waits = jobs.map((job) => endOf(job) - Date.parse(job.created_at))
  return {
    mean: waits.reduce((sum, wait) => sum + wait, 0) / jobs.length,
    last: Math.max(...jobs.map(endOf)) - first,
  }
}

/** Others' jobs that ended between the first request of `jobs` and the end of their last. */
export function endedMeanwhile(jobs: readonly Timed[], others: readonly Timed[]): number {
  const from = Math.min(...jobs.map((job) => Date.parse(job.created_at)))
  const to = Math.max(...jobs.map(endOf))
  return others.filter((job) => endOf(job) >= from && endOf(job) <= to).length
}

/** Of the first so many that began: how many each owner had. */
export function sharesOf(jobs: readonly Timed[], count: number): Map<string, number> {
  const begun = jobs
    .filter(({ started_at: at }) => at !== null)
    .toSorted((one, other) => startOf(one) - startOf(other))
    .slice(0, count)
  const shares = new Map<string, number>()
  for (const { owner } of begun) shares.set(owner, (shares.get(owner) ?? 0) + 1)
  return shares
}

/** Those that began before it. */
export function beganBefore(job: Timed, others: readonly Timed[]): number {
  return others.filter((other) => startOf(other) < startOf(job)).length
}

/** Never, for one that has not begun. */
function startOf({ started_at: at }: Timed): number {
  return at === null ? Infinity : Date.parse(at)
}

/** Never, for one that has not ended. */
function endOf({ completed_at: at }: Timed): number {
  return at === null ? Infinity : Date.parse(at)
}
