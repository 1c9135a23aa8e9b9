/** The one reducer: the store, the gateway and every client fold events with it, so they cannot disagree. */
import { assertNever } from './assert-never.ts'
import type { JobEventOf } from './events.ts'
import type { JobError } from './job-error.ts'
import type { NodeStates } from './node-state.ts'
import type { Progress } from './progress.ts'
import type { SnapshotOf } from './snapshot.ts'
import { isTerminal, type JobStatus } from './status.ts'

/** What the fold must know of an output. */
export interface FoldedOutput {
  id: string
  order?: number | undefined
}

/**
 * Folds one event into a snapshot. An event the snapshot already holds (`seq` not newer) and any
 * event after the end change nothing, so replays and races are harmless. A gap is the caller's to
 * notice (`event.seq > snapshot.seq + 1`): the fold stays usable but a fresh snapshot is due.
 */
export function reduceJob<O extends FoldedOutput>(
  snapshot: SnapshotOf<O>,
  event: JobEventOf<O>,
): SnapshotOf<O> {
  if (event.seq <= snapshot.seq || isTerminal(snapshot.status)) return snapshot
  const next = { ...snapshot, seq: event.seq, stamp: event.stamp, updatedAt: event.ts }
  switch (event.type) {
    case 'progress':
      return {
        ...next,
        progress: raise(snapshot.progress, event.progress),
        nodes: event.nodes ? { ...snapshot.nodes, ...event.nodes } : snapshot.nodes,
      }
    case 'output':
      return { ...next, outputs: withOutput(snapshot.outputs, event.output) }
    case 'status':
      return foldStatus(next, event)
    default:
      return assertNever(event)
  }
}

function foldStatus<O>(
  next: SnapshotOf<O>,
  event: Extract<JobEventOf<O>, { type: 'status' }>,
): SnapshotOf<O> {
  const attempt = event.attempt ?? next.attempt
  // what an attempt made that lost its host half way is made again, and may be called otherwise
  const startsOver = attempt > next.attempt
  return {
    ...next,
    status: event.status,
    phase: event.phase,
    attempt,
    nodes: foldNodes(startsOver ? {} : next.nodes, event),
    outputs: startsOver ? [] : next.outputs,
    hostId: event.hostId === undefined ? next.hostId : event.hostId,
    error: event.error === undefined ? next.error : event.error,
    warnings: event.warnings ?? next.warnings,
    times: event.times ?? next.times,
    expiresAt: event.expiresAt ?? next.expiresAt,
    priority: event.priority ?? next.priority,
    deadLetter: event.deadLetter ?? next.deadLetter,
    startedAt: toStartedAt(next.startedAt, event),
    completedAt: isTerminal(event.status) ? event.ts : null,
  }
}

/** Taken back before its first attempt had begun on the host, a job has not started: its time limit does not run. */
function toStartedAt(
  startedAt: number | null,
  { status, attempt, ts }: { status: JobStatus; attempt?: number | undefined; ts: number },
): number | null {
  if (status === 'queued' && attempt === 0) return null
  return startedAt ?? (status === 'running' ? ts : null)
}

/** A new attempt starts all nodes over; at the end none runs any more, and one may be to blame. */
function foldNodes(
  nodes: NodeStates,
  { status, error }: { status: JobStatus; error?: JobError | null | undefined },
): NodeStates {
  if (!isTerminal(status)) return nodes
  const over = Object.entries(nodes).filter(([, state]) => state !== 'running')
  const failed = error?.node_id ? { [error.node_id]: 'failed' as const } : {}
  return { ...Object.fromEntries(over), ...failed }
}

/** An output collected twice (the same asset id) replaces itself; a new one takes its place by `order`, or the last. */
function withOutput<O extends FoldedOutput>(outputs: O[], output: O): O[] {
  const at = outputs.findIndex((known) => known.id === output.id)
  if (at >= 0) return outputs.with(at, output)
  const place = outputs.findIndex((known) => orderOf(known) > orderOf(output))
  return place < 0 ? [...outputs, output] : outputs.toSpliced(place, 0, output)
}

function orderOf({ order }: FoldedOutput): number {
  return order ?? Number.POSITIVE_INFINITY
}

/** Newer facts, but a bar that never falls: a sampler or a second attempt may start over, the bar does not. */
export function raise(previous: Progress | null, next: Progress): Progress {
  return previous && previous.value > next.value ? { ...next, value: previous.value } : next
}
