/** A state as a sign and a word: never by colour alone. */
import type { JobStatus } from '@safelight/shared'
import type { ReactNode } from 'react'

export type Tone = 'ok' | 'wait' | 'run' | 'bad' | 'soft'

export interface BadgeProps {
  tone: Tone
  sign: BadgeSign
  /** With a ground of its own, where it stands alone. */
  wash?: boolean
  children: ReactNode
}

const CIRCLE = 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2Z'
/** One family: what is happening inside of a round. */
const SIGNS = {
  waiting: [],
  working: ['M8 2a6 6 0 0 1 6 6'],
  stopping: [CIRCLE, 'M6.2 6.2h3.6v3.6H6.2Z'],
  done: [CIRCLE, 'M5.3 8.2 7.2 10l3.6-3.9'],
  failed: [CIRCLE, 'M6 6l4 4M10 6l-4 4'],
  stopped: [CIRCLE, 'M5 8h6'],
  late: [CIRCLE, 'M8 5v3.2l2 1.3'],
  lost: [CIRCLE, 'M6.3 6.4a1.8 1.8 0 1 1 2.5 1.7c-.5.25-.8.5-.8 1.1M8 11.2v.05'],
  warning: ['M8 2.5 14.2 13.5H1.8ZM8 6.5v3M8 11.5v.05'],
  draining: [CIRCLE, 'M8 5v5.5M5.8 8.5 8 10.7l2.2-2.2'],
} as const satisfies Record<string, readonly string[]>
export type BadgeSign = keyof typeof SIGNS

export function Badge({ tone, sign, wash = false, children }: BadgeProps) {
  return (
    <span className={wash ? `badge ${tone} wash` : `badge ${tone}`}>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" data-sign={sign}>
        {(sign === 'waiting' || sign === 'working') && <circle cx="8" cy="8" r="6" />}
        {SIGNS[sign].map((path) => (
          <path key={path} d={path} />
        ))}
      </svg>
      {children}
    </span>
  )
}

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

/** The status of a job. */
export function StatusBadge({ status, stalled = false }: StatusBadgeProps) {
  const { tone, sign, word } = stalled ? STALLED : LOOKS[status]
  return (
    <Badge tone={tone} sign={sign}>
      {word}
    </Badge>
  )
}
