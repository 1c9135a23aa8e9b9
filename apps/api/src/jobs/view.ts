/** A job as clients see it: internal snapshots and events in, contract shapes out. */
import type {
  JobEvent,
  JobEventView,
  JobView,
  Output,
  OutputView,
  Snapshot,
  SnapshotView,
  Warning,
} from '@safelight/shared'
import type { Links } from '../http/links.ts'
import { type QueuePlace, toPlace } from '../watch/queue-positions.ts'

export interface ViewOptions {
  links: Links
  /** Null when it does not wait. */
  place: QueuePlace | null
  /** Why no host may run it now. */
  reasons?: readonly Warning[]
}

/** REST: Comfy API v2's `Job`, plus our own fields. */
export function toJobView(
  snapshot: Snapshot,
  { links, place, reasons = [] }: ViewOptions,
): JobView {
  const { times } = snapshot
  return {
    id: snapshot.jobId,
    status: snapshot.status,
    created_at: toIso(snapshot.createdAt),
    started_at: toIsoOrNull(snapshot.startedAt),
    completed_at: toIsoOrNull(snapshot.completedAt),
    expires_at: toIso(snapshot.expiresAt),
    queue_position: toPlace(snapshot.status, place)?.position ?? null,
    // what is known of the line says nothing of that
    eta_ms: reasons.length > 0 ? null : toEta(snapshot, place),
    progress: snapshot.progress,
    outputs: snapshot.outputs.map((output) => toOutputView(output, snapshot.jobId, links)),
    outputs_reused: snapshot.outputs.some(({ reused }) => reused === true),
    error: snapshot.error,
    metrics: {
      queue_ms: toWhole(times.queue ?? toWaited(snapshot)),
      prepare_ms: toWhole(times.prepare),
      execution_ms: toWhole(times.execute),
      collect_ms: toWhole(times.collect),
    },
    urls: links.job(snapshot.jobId),
    phase: snapshot.phase,
    attempt: snapshot.attempt,
    owner: snapshot.owner,
    pool: snapshot.pool,
    priority: snapshot.priority,
    metadata: snapshot.metadata,
    nodes: snapshot.nodes,
    warnings: [...snapshot.warnings, ...reasons],
    limits: toLimitsView(snapshot),
    dead_letter: snapshot.deadLetter,
    replay_of: snapshot.replayOf,
    replayed_by: snapshot.replayedBy,
    host_id: snapshot.hostId,
    seq: snapshot.seq,
  }
}

/** Of one whose worker has not told, or that no worker ever had. */
function toWaited({ createdAt, startedAt, completedAt }: Snapshot): number | null {
  const until = startedAt ?? completedAt
  return until === null ? null : until - createdAt
}

function toEta({ status, progress }: Snapshot, place: QueuePlace | null): number | null {
  if (status === 'queued') return place?.etaMs ?? null
  return status === 'running' ? (progress?.eta_ms ?? null) : null
}

function toLimitsView({ limits }: Snapshot): JobView['limits'] {
  return {
    start_by: toIsoOrNull(limits.startBy),
    timeout_s: limits.timeoutMs === null ? null : limits.timeoutMs / 1_000,
    node_retries: limits.nodeRetries,
    ...(limits.allowPartial && { allow_partial_results: true }),
    ...(limits.targets && { partial_execution_targets: limits.targets }),
  }
}

export function toOutputView(output: Output, jobId: string, links: Links): OutputView {
  const { expires_at, ...record } = output
  const { url, until } = links.outputContent(output.id, expires_at)
  return {
    ...record,
    url,
    url_expires_at: toIso(until),
    job_id: jobId,
  }
}

/** Socket.IO: the snapshot the shared reducer folds, with fetchable outputs. */
export function toSnapshotView(snapshot: Snapshot, links: Links): SnapshotView {
  return {
    ...snapshot,
    outputs: snapshot.outputs.map((output) => toOutputView(output, snapshot.jobId, links)),
  }
}

export function toEventView(event: JobEvent, links: Links): JobEventView {
  if (event.type !== 'output') return event
  return { ...event, output: toOutputView(event.output, event.jobId, links) }
}

export function toIso(ms: number): string {
  return new Date(ms).toISOString()
}

function toIsoOrNull(ms: number | null): string | null {
  return ms === null ? null : toIso(ms)
}

function toWhole(ms: number | null): number | null {
  return ms === null ? null : Math.max(0, Math.round(ms))
}
