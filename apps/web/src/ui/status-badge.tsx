/** The status of a job. */
import type { JobStatus } from '@safelight/shared'
import { Badge, type BadgeProps } from './badge.tsx'

const LOOKS: Record<JobStatus, Pick<BadgeProps, 'tone' | 'sign'> & { word: string }> = {
  queued: { tone: 'wait', sign: 'waiting', word: 'Queued' },
  running: { tone: 'run', sign: 'working', word: 'Running' },
  canceling: { tone: 'run', sign: 'stopping', word: 'Canceling' },
  succeeded: { tone: 'ok', sign: 'done', word: 'Done' },
  failed: { tone: 'bad', sign: 'failed', word: 'Failed' },
  canceled: { tone: 'soft', sign: 'stopped', word: 'Canceled' },
  expired: { tone: 'bad', sign: 'late', word: 'Expired' },
}

const STALLED = { tone: 'run', sign: 'late', word: 'Stalled' } as const

export interface StatusBadgeProps {
  status: JobStatus
  /** Nothing has moved for long. */
  stalled?: boolean
}

export function StatusBadge({ status, stalled = false }: StatusBadgeProps) {
  const { tone, sign, word } = stalled ? STALLED : LOOKS[status]
  return (
    <Badge tone={tone} sign={sign}>
      {word}
    </Badge>
  )
}
