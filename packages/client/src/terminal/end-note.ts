/** What a job came to, in the few words that fit beside its bar. */
import type { SnapshotView } from '@safelight/shared'
import { formatDuration } from '../describe/duration.ts'

/** `2 outputs in 14 s`, counted from the submission; null for a job that made nothing of it. */
export function toEndNote(snapshot: SnapshotView): string | null {
  const { status, outputs, createdAt, completedAt } = snapshot
  if (status !== 'succeeded') return null
  const count = `${outputs.length} ${outputs.length === 1 ? 'output' : 'outputs'}`
  return completedAt === null ? count : `${count} in ${formatDuration(completedAt - createdAt)}`
}
