/** The badge: in one word, where the numbers come from, or why there are none. */
import type { JobStatus, Progress, SnapshotView } from '@safelight/shared'
import type { Connection } from '../types.ts'

export type BadgeKind =
  | 'connecting'
  | 'queued'
  | 'connected'
  | 'inference'
  | 'node'
  | 'aggregate'
  | 'complete'
  | 'stalled'
  | 'canceling'
  | 'canceled'
  | 'failed'
  | 'expired'
  | 'reconnecting'

export interface JobBadge {
  kind: BadgeKind
  label: string
}

const ENDS: Partial<Record<JobStatus, JobBadge>> = {
  succeeded: { kind: 'complete', label: 'Complete' },
  failed: { kind: 'failed', label: 'Failed' },
  canceled: { kind: 'canceled', label: 'Canceled' },
  expired: { kind: 'expired', label: 'Expired' },
}

const KINDS: Record<Progress['kind'], string> = {
  connected: 'Connected',
  inference: 'Inference',
  node: 'Node',
  aggregate: 'Nodes',
  complete: 'Complete',
}

const AWAY: Record<Exclude<Connection, 'live'>, JobBadge> = {
  connecting: { kind: 'connecting', label: 'Connecting' },
  reconnecting: { kind: 'reconnecting', label: 'Reconnecting' },
}

/** Only here something is known to move; which of them it is says where the numbers come from. */
export const MOVING: ReadonlySet<BadgeKind> = new Set(['inference', 'node', 'aggregate'])

export interface BadgeFacts {
  connection: Connection
  queuePosition: number | null
  stalled: boolean
}

/** The end is final; before it, what keeps the numbers from being news comes first. */
export function toBadge(snapshot: SnapshotView | null, facts: BadgeFacts): JobBadge {
  const end = snapshot && ENDS[snapshot.status]
  if (end) return end
  if (facts.connection !== 'live') return AWAY[facts.connection]
  if (!snapshot) return AWAY.connecting
  const { status, progress } = snapshot
  if (status === 'canceling') return { kind: 'canceling', label: 'Canceling' }
  if (status === 'queued') {
    const place = facts.queuePosition === null ? '' : ` · #${facts.queuePosition + 1}`
    return { kind: 'queued', label: `Queued${place}` }
  }
  if (facts.stalled) return { kind: 'stalled', label: 'Stalled' }
  const kind = progress?.kind ?? 'connected'
  return { kind, label: KINDS[kind] }
}
