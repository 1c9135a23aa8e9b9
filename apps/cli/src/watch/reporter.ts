/** What becomes of jobs, reported to people, to machines, or hardly at all. */
import type { JobUpdate } from '@safelight/client'
import type { OutputView, SnapshotView } from '@safelight/shared'

export interface LabeledJob {
  jobId: string
  /** What it is called beside its bar. */
  label: string
}

export interface Reporter {
  accepted(job: LabeledJob): void
  update(job: LabeledJob, update: JobUpdate): void
  /** @param path where it was saved; null when it was not asked for */
  output(job: LabeledJob, output: OutputView, path: string | null): void
  /** After its outputs. */
  ended(job: LabeledJob, snapshot: SnapshotView): void
  /** Lines for standard error. */
  problem(lines: readonly string[]): void
  /** Null takes the question away. */
  ask(question: string | null): void
  close(): void
}
