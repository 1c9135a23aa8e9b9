/** What a job came to, in the few words that fit beside its bar. */
import type { SnapshotView } from '@safelight/shared'
import type { JobDescription } from '../describe/describe-job.ts'

/** `2 outputs in 14 s`; null for a job that came to nothing. */
export function toEndNote(
  { status, outputs }: SnapshotView,
  { took }: Pick<JobDescription, 'took'>,
): string | null {
  if (status !== 'succeeded') return null
  const count = `${outputs.length} ${outputs.length === 1 ? 'output' : 'outputs'}`
  return took === null ? count : `${count} ${took}`
}
