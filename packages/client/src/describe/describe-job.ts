/**
 * A job in words: everything a progress display shows, as plain values. Pure.
 * The React component, the page and the terminal say the same because they all ask here.
 */
import { isTerminal, type JobStatus, type Progress, type SnapshotView } from '@safelight/shared'
import type { Connection, JobUpdate } from '../types.ts'
import { formatDuration, formatEstimate } from './duration.ts'

/** Where the numbers come from, or why there are none. */
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

export interface JobDescription {
  badge: { kind: BadgeKind; label: string }
  /** 0 to 1, never falling. */
  value: number
  /** Whole percent, rounded down: 100 means that everything is stored. */
  percent: number
  /** `5/20`; null when the workflow has no steps. Never `0/0`. */
  step: string | null
  /** `Sampler (KSampler) 3/5`; what happens now, in one line. */
  node: string | null
  /** `11 of 31 nodes` */
  nodes: string | null
  /** `about 20 s left` */
  eta: string | null
  /** `Image 1 of 4`, for a job that is part of a batch. */
  image: string | null
  /** Why nothing moves, when nothing has for long. */
  stalled: string | null
  ended: boolean
}

export interface DescribeOptions {
  /** ms since the epoch */
  now: number
  connection?: Connection
  /** Which of how many; otherwise what the job's metadata says (`batch_index` from 1, `batch_count`). */
  batch?: { index: number; count: number }
  /** Milliseconds without movement from which on it is said; 60 s unless given. */
  stalledAfterMs?: number
}

const STALLED_AFTER_MS = 60_000

/** @param update null while nothing has been heard of the job yet */
export function describeJob(update: JobUpdate | null, options: DescribeOptions): JobDescription {
  if (!update) return nothingYet(options)
  const { snapshot, queuePosition } = update
  const { progress, status } = snapshot
  const ended = isTerminal(status)
  const connection = options.connection ?? update.connection
  const stalled = ended || connection !== 'live' ? null : toStalled(update, options)
  return {
    badge: toBadge(snapshot, { connection, queuePosition, stalled: stalled !== null }),
    value: progress?.value ?? 0,
    percent: Math.floor((progress?.value ?? 0) * 100),
    step: progress?.steps ? `${progress.step ?? 0}/${progress.steps}` : null,
    node: ended ? null : toNodeLine(snapshot, queuePosition),
    nodes: progress && progress.nodes_total > 0 ? toNodesLine(progress) : null,
    eta: status === 'running' ? toEta(progress, options.now - update.movedAt) : null,
    image: toImageLine(snapshot, options.batch),
    stalled,
    ended,
  }
}

function nothingYet({ connection, batch }: DescribeOptions): JobDescription {
  const away = connection === 'reconnecting'
  return {
    badge: away
      ? { kind: 'reconnecting', label: 'Reconnecting' }
      : { kind: 'connecting', label: 'Connecting' },
    value: 0,
    percent: 0,
    step: null,
    node: null,
    nodes: null,
    eta: null,
    image: batch ? `Image ${batch.index} of ${batch.count}` : null,
    stalled: null,
    ended: false,
  }
}

const ENDS: Partial<Record<JobStatus, { kind: BadgeKind; label: string }>> = {
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

/** The end is final; before it, what keeps the numbers from being news comes first. */
function toBadge(
  { status, progress }: SnapshotView,
  now: { connection: Connection; queuePosition: number | null; stalled: boolean },
): JobDescription['badge'] {
  const end = ENDS[status]
  if (end) return end
  if (now.connection === 'reconnecting') return { kind: 'reconnecting', label: 'Reconnecting' }
  if (status === 'canceling') return { kind: 'canceling', label: 'Canceling' }
  if (status === 'queued') {
    const place = now.queuePosition === null ? '' : ` · #${now.queuePosition + 1}`
    return { kind: 'queued', label: `Queued${place}` }
  }
  if (now.stalled) return { kind: 'stalled', label: 'Stalled' }
  const kind = progress?.kind ?? 'connected'
  return { kind, label: KINDS[kind] }
}

function toNodeLine(snapshot: SnapshotView, queuePosition: number | null): string | null {
  const { status, phase, progress, outputs } = snapshot
  if (status === 'queued') {
    if (queuePosition === null) return 'Waiting for a host'
    if (queuePosition === 0) return 'Next in line'
    return `${queuePosition} ${queuePosition === 1 ? 'job' : 'jobs'} ahead`
  }
  if (status === 'canceling') return 'Waiting for the host to stop'
  if (phase === 'collecting') {
    return outputs.length > 0 ? `Storing outputs, ${outputs.length} so far` : 'Storing outputs'
  }
  const node = progress?.node
  if (!node) return phase === 'preparing' || phase === 'submitted' ? 'Handed to a host' : null
  const name =
    node.title && node.class && node.title !== node.class
      ? `${node.title} (${node.class})`
      : (node.title ?? node.class ?? `Node ${node.id}`)
  return node.max > 1 ? `${name} ${Math.floor(node.value)}/${Math.floor(node.max)}` : name
}

function toNodesLine({ nodes_done, nodes_total }: Progress): string {
  return `${nodes_done} of ${nodes_total} ${nodes_total === 1 ? 'node' : 'nodes'}`
}

function toEta(progress: Progress | null, sinceMs: number): string | null {
  if (!progress || progress.eta_ms === null || progress.value >= 1) return null
  return `about ${formatEstimate(Math.max(0, progress.eta_ms - Math.max(0, sinceMs)))} left`
}

function toImageLine({ metadata }: SnapshotView, batch: DescribeOptions['batch']): string | null {
  const index = batch?.index ?? metadata?.['batch_index']
  const count = batch?.count ?? metadata?.['batch_count']
  const known = typeof index === 'number' && typeof count === 'number'
  return known && count > 1 ? `Image ${index} of ${count}` : null
}

function toStalled({ snapshot, movedAt }: JobUpdate, options: DescribeOptions): string | null {
  if (snapshot.status !== 'running') return null
  const quietMs = options.now - movedAt
  if (quietMs < (options.stalledAfterMs ?? STALLED_AFTER_MS)) return null
  return `Nothing has moved for ${formatDuration(quietMs)}. It goes on by itself, or is tried again elsewhere.`
}
