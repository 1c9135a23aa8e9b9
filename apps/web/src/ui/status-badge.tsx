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

export function StatusBadge({ status, wash = false }: { status: JobStatus; wash?: boolean }) {
  const { tone, sign, word } = LOOKS[status]
  return (
    <Badge tone={tone} sign={sign} wash={wash}>
      {word}
    </Badge>
  )
}
