/** Say it once: what of a prompt's progress is news to those who watch the job. */
import { nodeStatesOf, type TrackerState } from '@safelight/comfyui'
import { memberOf, type NodeProgress, type Progress } from '@safelight/shared'

/** A progress that watchers have, or are about to, and when it was told (ms on the clock of its tracker). */
export interface Told {
  progress: Progress
  atMs: number
}

/** An estimate that is off by less than either is the same one. */
const ETA_MOVED_MS = 1_000
const ETA_MOVED_SHARE = 0.1

/**
 * Hosts say most things twice (a `progress_state` and a `progress` for each tick), and some say how they are now and
 * then though nothing has moved.
 */
export function isNews(next: Progress, { progress: told, atMs }: Told, nowMs: number): boolean {
  return (
    next.value !== told.value ||
    next.nodes_done !== told.nodes_done ||
    next.nodes_total !== told.nodes_total ||
    next.current_node !== told.current_node ||
    next.current_node_class !== told.current_node_class ||
    next.step !== told.step ||
    next.steps !== told.steps ||
    next.message !== told.message ||
    next.kind !== told.kind ||
    !isSameNode(next.node, told.node) ||
    hasEtaMoved(next.eta_ms, told.eta_ms, nowMs - atMs)
  )
}

function isSameNode(a: NodeProgress | null, b: NodeProgress | null): boolean {
  if (a === null || b === null) return a === b
  return (
    a.id === b.id &&
    a.class === b.class &&
    a.title === b.title &&
    a.value === b.value &&
    a.max === b.max &&
    a.detail === b.detail
  )
}

/** Watchers count it down themselves. */
function hasEtaMoved(next: number | null, told: number | null, sinceMs: number): boolean {
  if (next === null || told === null) return next !== told
  const offMs = Math.abs(next - Math.max(0, told - sinceMs))
  return offMs > Math.max(ETA_MOVED_MS, next * ETA_MOVED_SHARE)
}

/** Most changes of a node move the progress, too; not that of one that nothing needs. */
export function haveNodesMoved(before: TrackerState, after: TrackerState): boolean {
  const known = nodeStatesOf(before)
  return Object.entries(nodeStatesOf(after)).some(([id, state]) => memberOf(known, id) !== state)
}
