/** A job of the list in words: the one line that matters now, and how long it took. Pure. */
import { formatDuration, type JobDisplay, type JobUpdate } from '@safelight/client'
import type { SnapshotView } from '@safelight/shared'

/** From the first start to the end, or to now; null for a job that never ran. */
export function toTookMs(
  { startedAt, completedAt }: Pick<SnapshotView, 'startedAt' | 'completedAt'>,
  now: number,
): number | null {
  return startedAt === null ? null : Math.max(0, (completedAt ?? now) - startedAt)
}

export function toLine({ snapshot }: JobUpdate, description: JobDisplay): string {
  switch (snapshot.status) {
    case 'queued':
      // on a phone the end is cut off, and the time is what people look for
      return [description.eta, description.node].filter(Boolean).join(' · ')
    case 'canceling':
      return description.node ?? ''
    case 'running':
      return toRunningLine(snapshot, description)
    case 'succeeded':
      return toOutputsLine(snapshot)
    case 'failed':
    case 'expired':
      return snapshot.error?.message.split('\n')[0] ?? 'No reason was given'
    case 'canceled': {
      const took = toTookMs(snapshot, 0)
      return took === null ? 'Before it ran' : `After ${formatDuration(took)}`
    }
  }
}

function toRunningLine({ attempt }: SnapshotView, description: JobDisplay): string {
  const again = attempt > 1 ? `Attempt ${attempt}` : null
  // the list has room for what happened, not for what will
  const still = description.stalled?.split('. ')[0]
  if (still) return [again, still].filter(Boolean).join(' · ')
  // the node's counter grows with every step: what stands after it would jump, and be cut off on a phone
  return [again, description.eta, description.node].filter(Boolean).join(' · ')
}

function toOutputsLine({ outputs }: SnapshotView): string {
  const [first, ...others] = outputs
  if (!first) return 'It made no files'
  return others.length > 0 ? `${first.name} and ${others.length} more` : first.name
}
