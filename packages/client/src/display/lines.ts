/** The lines around the bar, each a sentence or nothing. */
import type { NodeProgress, Progress, SnapshotView } from '@safelight/shared'
import type { JobUpdate } from '../types.ts'
import { formatDuration, formatEstimate } from './duration.ts'

/** Which of how many. */
export interface BatchPlace {
  /** From 1. */
  index: number
  count: number
}

/** An estimate may be off by this much before it is no longer worth showing. */
const ETA_OVERDUE_MS = 5_000

/** `5/20`; null without steps, never `0/0`. A job back in line has none: those were of the attempt that is over. */
export function toStepLine({ status, progress }: SnapshotView): string | null {
  if (!progress?.steps || status === 'queued') return null
  return `${Math.min(progress.step ?? 0, progress.steps)}/${progress.steps}`
}

/** `11 of 31 nodes`, `2 of 2 nodes, 1 skipped` */
export function toNodesLine({ status, progress, nodes }: SnapshotView): string | null {
  if (!progress || progress.nodes_total === 0 || status === 'queued') return null
  const { nodes_done, nodes_total } = progress
  const counted = `${nodes_done} of ${nodes_total} ${nodes_total === 1 ? 'node' : 'nodes'}`
  return [counted, ...countLeftOut(nodes)].join(', ')
}

/** What is no part of the count, although outputs wanted it: `1 skipped`, `2 blocked`. */
function countLeftOut(nodes: SnapshotView['nodes']): string[] {
  const states = Object.values(nodes)
  return (['skipped', 'blocked'] as const).flatMap((wanted) => {
    const count = states.filter((state) => state === wanted).length
    return count > 0 ? [`${count} ${wanted}`] : []
  })
}

/** What happens now. */
export function toNodeLine(snapshot: SnapshotView, queuePosition: number | null): string | null {
  switch (snapshot.status) {
    case 'queued':
      return toQueueLine(queuePosition)
    case 'running':
      return toRunningLine(snapshot)
    case 'canceling':
      return 'Waiting for the host to stop'
    case 'succeeded':
      return toStoredLine(snapshot.outputs.length)
    default:
      return null
  }
}

function toStoredLine(outputs: number): string {
  if (outputs === 0) return 'No outputs'
  return `${outputs} ${outputs === 1 ? 'output' : 'outputs'} stored`
}

function toQueueLine(queuePosition: number | null): string {
  if (queuePosition === null) return 'Waiting for a host'
  if (queuePosition === 0) return 'Next in line'
  return `${queuePosition} ${queuePosition === 1 ? 'job' : 'jobs'} ahead`
}

function toRunningLine({ phase, progress, outputs }: SnapshotView): string {
  if (phase === 'collecting' || progress?.kind === 'complete') {
    return outputs.length > 0 ? `Storing outputs, ${outputs.length} so far` : 'Storing outputs'
  }
  if (phase === 'preparing') return 'Handing it to a host'
  if (phase === 'submitted') return 'On a host, in its queue'
  return progress?.node ? toNodeName(progress.node) : 'Starting'
}

/** `Sampler (KSampler) 3/5`, `Sampler, loading model`; ComfyUI says `0/1` of nodes that do not count, so a 1 is no counter. */
function toNodeName(node: NodeProgress): string {
  const title = node.title?.trim()
  const name =
    title && node.class && title !== node.class
      ? `${title} (${node.class})`
      : title || node.class || `Node ${node.id}`
  const counted = node.max > 1 ? `${name} ${Math.floor(node.value)}/${Math.floor(node.max)}` : name
  return node.detail ? `${counted}, ${node.detail}` : counted
}

/**
 * `about 20 s left`, counting down between two events. Null when it has long been wrong: a few
 * seconds that last a minute are a lie.
 */
export function toEta(progress: Progress | null, sinceMs: number): string | null {
  if (!progress || progress.eta_ms === null || progress.value >= 1) return null
  const leftMs = progress.eta_ms - Math.max(0, sinceMs)
  return leftMs < -ETA_OVERDUE_MS ? null : `${formatEstimate(leftMs)} left`
}

/** `done in about 3 min`: it does not count down, as nothing of the job moves; the server says when it has changed. */
export function toWaitLine(etaMs: number | null): string | null {
  return etaMs === null ? null : `done in ${formatEstimate(etaMs)}`
}

/** `in 12 s`: from the first start to the end, waiting in line not counted. */
export function toTookLine({ status, startedAt, completedAt }: SnapshotView): string | null {
  if (status !== 'succeeded' || startedAt === null || completedAt === null) return null
  return `in ${formatDuration(completedAt - startedAt)}`
}

/** `Image 1 of 4`: as given, or as the metadata says, which anybody may have written. */
export function toImageLine(
  metadata: SnapshotView['metadata'],
  batch: BatchPlace | undefined,
): string | null {
  const index = batch?.index ?? metadata?.['batch_index']
  const count = batch?.count ?? metadata?.['batch_count']
  if (!isWhole(index) || !isWhole(count) || count < 2 || index > count) return null
  return `Image ${index} of ${count}`
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
}

/** Why the bar stands still although something happens: it has been there before. */
export function toAttemptLine({ status, attempt }: SnapshotView): string | null {
  if (status === 'queued' && attempt > 0) return `Back in line after attempt ${attempt}`
  return status === 'running' && attempt > 1 ? `Attempt ${attempt}` : null
}

/** Behind another prompt on its host nothing of it can move: that is waiting. */
export function toStalledLine(
  { snapshot, movedAt }: JobUpdate,
  now: number,
  afterMs: number,
): string | null {
  if (snapshot.phase === 'submitted') return null
  const quietMs = now - movedAt
  if (quietMs < afterMs) return null
  return `Nothing has moved for ${formatDuration(quietMs)}. It goes on by itself, or is tried again elsewhere.`
}
