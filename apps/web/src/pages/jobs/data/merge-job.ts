/**
 * What is known of one job, put together from polls and from a watch. Pure.
 *
 * Two sources speak of a job. A poll answers with the job as it was when the server read it, and
 * its answer may arrive after newer events; `seq` shows it. A watch brings every change in order, and
 * starts over with a whole snapshot when the server has lost the history: then a lower `seq` is
 * the truth, but only from the source of the higher one.
 */
import type { JobUpdate } from '@safelight/client'
import type { JobView, SnapshotView } from '@safelight/shared'

export interface KnownJob {
  update: JobUpdate
  /** From a watch, not from a poll. */
  watched: boolean
}

/** @returns `held` itself when the poll brings nothing new */
export function mergeView(held: KnownJob | undefined, view: JobView, now: number): KnownJob {
  if (!held || view.seq > held.update.snapshot.seq) {
    return { update: toUpdate(view, now), watched: false }
  }
  if (view.seq < held.update.snapshot.seq) return held
  return mergeSilent(held, view)
}

/** @returns `held` itself when the watch is behind what a poll has brought already */
export function mergeUpdate(held: KnownJob | undefined, update: JobUpdate): KnownJob {
  const behind = held && !held.watched && update.snapshot.seq < held.update.snapshot.seq
  return behind ? held : { update, watched: true }
}

/** The few things that change without an event. */
function mergeSilent(held: KnownJob, view: JobView): KnownJob {
  const { snapshot, queuePosition, etaMs } = held.update
  const same =
    queuePosition === view.queue_position &&
    etaMs === toQueuedEta(view) &&
    snapshot.deadLetter === view.dead_letter &&
    snapshot.replayedBy === view.replayed_by
  if (same) return held
  return {
    ...held,
    update: {
      ...held.update,
      queuePosition: view.queue_position,
      etaMs: toQueuedEta(view),
      snapshot: { ...snapshot, deadLetter: view.dead_letter, replayedBy: view.replayed_by },
    },
  }
}

/** A polled job in the shape of a watch. It counts as moved just now: a poll cannot tell that it stands still. */
export function toUpdate(view: JobView, now: number): JobUpdate {
  return {
    snapshot: toSnapshot(view),
    event: null,
    queuePosition: view.queue_position,
    etaMs: toQueuedEta(view),
    connection: 'live',
    movedAt: now,
  }
}

/** Of one that runs, its progress says it. */
function toQueuedEta({ status, eta_ms }: JobView): number | null {
  return status === 'queued' ? eta_ms : null
}

function toSnapshot(view: JobView): SnapshotView {
  const { metrics, limits } = view
  return {
    jobId: view.id,
    seq: view.seq,
    // polls do not bring it, and nothing is folded onto what they bring
    stamp: '',
    status: view.status,
    phase: view.phase,
    attempt: view.attempt,
    hostId: view.host_id,
    progress: view.progress,
    nodes: view.nodes,
    outputs: view.outputs,
    error: view.error,
    warnings: view.warnings,
    times: {
      queue: metrics.queue_ms,
      prepare: metrics.prepare_ms,
      execute: metrics.execution_ms,
      collect: metrics.collect_ms,
    },
    owner: view.owner,
    pool: view.pool,
    priority: view.priority,
    metadata: view.metadata,
    limits: {
      startBy: toMs(limits.start_by),
      timeoutMs: limits.timeout_s === null ? null : limits.timeout_s * 1_000,
      nodeRetries: limits.node_retries,
      ...(limits.allow_partial_results && { allowPartial: true }),
    },
    deadLetter: view.dead_letter,
    replayOf: view.replay_of,
    replayedBy: view.replayed_by,
    createdAt: Date.parse(view.created_at),
    updatedAt: null,
    startedAt: toMs(view.started_at),
    completedAt: toMs(view.completed_at),
    expiresAt: Date.parse(view.expires_at),
  }
}

function toMs(time: string | null): number | null {
  return time === null ? null : Date.parse(time)
}
