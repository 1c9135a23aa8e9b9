/** Who tells what becomes of jobs: to people, to machines, or hardly at all. */
import type { JobUpdate } from '@safelight/client'
import type { OutputView, SnapshotView } from '@safelight/shared'

export interface FollowedJob {
  jobId: string
  /** What it is called beside its bar. */
  label: string
}

export interface Reporter {
  accepted(job: FollowedJob): void
  update(job: FollowedJob, update: JobUpdate): void
  /** @param path where it was saved; null when it was not asked for */
  output(job: FollowedJob, output: OutputView, path: string | null): void
  /** After its outputs. */
  ended(job: FollowedJob, snapshot: SnapshotView): void
  /** Lines for standard error. */
  problem(lines: readonly string[]): void
  /** Null takes the question away. */
  ask(question: string | null): void
  close(): void
}
