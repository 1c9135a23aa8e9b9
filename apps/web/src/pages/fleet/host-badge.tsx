/** The state of a host. */
import type { HostState } from '@safelight/shared'
import { Badge, type BadgeProps } from '../../ui/badge.tsx'

const LOOKS: Record<HostState, Pick<BadgeProps, 'tone' | 'sign'> & { word: string }> = {
  starting: { tone: 'wait', sign: 'waiting', word: 'Starting' },
  ready: { tone: 'ok', sign: 'done', word: 'Ready' },
  busy: { tone: 'run', sign: 'working', word: 'Busy' },
  draining: { tone: 'wait', sign: 'draining', word: 'Draining' },
  degraded: { tone: 'run', sign: 'warning', word: 'Degraded' },
  quarantined: { tone: 'bad', sign: 'failed', word: 'Quarantined' },
  offline: { tone: 'bad', sign: 'lost', word: 'Offline' },
}

export function HostBadge({ state }: { state: HostState }) {
  const { tone, sign, word } = LOOKS[state]
  return (
    <Badge tone={tone} sign={sign} wash>
      {word}
    </Badge>
  )
}
