/** What a worker may write, given the newest snapshot: each function makes one event, or null to write nothing. */
import {
  completeNodeStates,
  completeProgress,
  nodeStatesOf,
  type TrackerState,
} from '@safelight/comfyui'
import {
  canMove,
  isTerminal,
  type JobError,
  type JobErrorCode,
  type JobEventBody,
  type JobPhase,
  memberOf,
  type NodeStates,
  type Output,
  OUTPUT_TEXTS_MAX_BYTES,
  type PhaseTimes,
  raise,
  type Snapshot,
  type Warning,
} from '@safelight/shared'

/** Null: nothing is written. */
type NextEvent = JobEventBody | null

/** The attempt begins. A cancel that came first wins. */
export function toRunning(
  snapshot: Snapshot,
  start: { attempt: number; hostId: string; times: PhaseTimes },
): NextEvent {
  if (snapshot.status !== 'queued' && snapshot.status !== 'running') return null
  return { type: 'status', status: 'running', phase: 'preparing', ...start }
}

/** `canceling` keeps the phase it was asked in. */
export function toPhase(
  snapshot: Snapshot,
  next: { phase: JobPhase; times: PhaseTimes; warnings: Warning[] },
): NextEvent {
  return snapshot.status === 'running' ? { type: 'status', status: 'running', ...next } : null
}

/**
 * How far the prompt is: the bar, and which nodes have moved. Raised here, too, and not only where it is folded:
 * who adopts a prompt or tries a job again begins at nothing, and some clients read events as they come.
 */
export function toProgressed(snapshot: Snapshot, tracker: TrackerState): NextEvent {
  if (snapshot.status !== 'running') return null
  return {
    type: 'progress',
    progress: raise(snapshot.progress, tracker.progress),
    ...toChangedNodes(snapshot, nodeStatesOf(tracker)),
  }
}

function toChangedNodes(snapshot: Snapshot, nodes: NodeStates): { nodes?: NodeStates } {
  const changed = Object.entries(nodes).filter(([id, state]) => {
    const known = memberOf(snapshot.nodes, id)
    // who adopts a prompt has not seen which nodes were cached, and knows of them only that they are over
    return state !== known && !(known === 'cached' && state === 'done')
  })
  return changed.length > 0 ? { nodes: Object.fromEntries(changed) } : {}
}

/** Also the full bar of a job that finishes although its cancel was asked. */
export function toOutputEvent(snapshot: Snapshot, output: Output): NextEvent {
  if (isTerminal(snapshot.status)) return null
  return { type: 'output', output: hasRoomForText(snapshot, output) ? output : withoutText(output) }
}

function hasRoomForText({ outputs }: Snapshot, output: Output): boolean {
  if (output.text === undefined) return true
  const bytes = [...outputs, output].reduce(
    (sum, { text }) => sum + (text === undefined ? 0 : Buffer.byteLength(text)),
    0,
  )
  return bytes <= OUTPUT_TEXTS_MAX_BYTES
}

/** All of it is in the asset. */
function withoutText(output: Output): Output {
  const { text: _, ...rest } = output
  return rest
}

/** The execution is over: all nodes are, and the bar is as full as it gets before the outputs are here. */
export function toExecuted(snapshot: Snapshot, tracker: TrackerState): NextEvent {
  if (snapshot.status !== 'running') return null
  const { value } = tracker.progress
  const progress = {
    ...completeProgress(tracker),
    value,
    kind: tracker.progress.kind,
    eta_ms: null,
  }
  return {
    type: 'progress',
    progress: raise(snapshot.progress, progress),
    ...toChangedNodes(snapshot, completeNodeStates(tracker)),
  }
}

/** The outputs are here: the bar is full. */
export function toComplete({ status, progress }: Snapshot): NextEvent {
  if (isTerminal(status) || !progress) return null
  return { type: 'progress', progress: { ...progress, value: 1, kind: 'complete', eta_ms: 0 } }
}

/** Given up here, to be tried again: back to the line. A cancel that came meanwhile stays. */
export function toQueuedAgain(snapshot: Snapshot): NextEvent {
  return snapshot.status === 'running'
    ? { type: 'status', status: 'queued', phase: null, hostId: null }
    : null
}

/** Taken back before its prompt had begun: the attempt was none. */
export function toTakenBack({ status, attempt }: Snapshot): NextEvent {
  if (status !== 'running') return null
  return { type: 'status', status: 'queued', phase: null, hostId: null, attempt: attempt - 1 }
}

export type JobEnd =
  | { status: 'succeeded' | 'canceled'; times?: PhaseTimes; warnings?: Warning[] }
  | {
      status: 'failed' | 'expired'
      error: JobError
      deadLetter?: boolean
      times?: PhaseTimes
      warnings?: Warning[]
    }

/** Ends that say nothing of the workflow itself: whoever asked for a cancel meanwhile has it. */
const YIELDS_TO_CANCEL: ReadonlySet<string> = new Set([
  'interrupted',
  'worker_lost',
  'internal',
] satisfies JobErrorCode[])

/** One terminal state per job: whoever is second writes nothing. */
export function toEnd(snapshot: Snapshot, jobEnd: JobEnd): NextEvent {
  if (snapshot.status === 'canceling' && 'error' in jobEnd) {
    const { error, deadLetter: _, ...facts } = jobEnd
    if (YIELDS_TO_CANCEL.has(error.code)) return toEnd(snapshot, { ...facts, status: 'canceled' })
  }
  if (isTerminal(snapshot.status) || !canMove(snapshot.status, jobEnd.status)) return null
  return { type: 'status', phase: null, ...jobEnd }
}
