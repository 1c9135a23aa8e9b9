/** `progress_state`: every started node at once. */
import { copyOf, shownNode } from '../graph/shown-node.ts'
import { toCount } from '../graph/steps.ts'
import type { ProgressStateNode } from '../protocol/host-message.ts'
import { beginRun, finishCopy, finishRun, type RunningAs, setFraction } from './runs.ts'
import type { TrackerState } from './types.ts'

type Facts = Omit<TrackerState, 'progress'>

/** What changes while the nodes of one message are folded. */
interface Folding {
  cached: Set<string>
  runs: Facts['runs']
  focus: Facts['focus']
  counted: { step: number | null; steps: number | null }
  copies: Map<string, string>
  failed: Set<string>
  blocked: Set<string>
}

/** The node that moved last is the one to show. */
export function foldStates(state: Facts, nodes: ProgressStateNode[], atMs: number): Facts {
  const folding: Folding = {
    cached: new Set(state.cached),
    runs: state.runs,
    focus: state.focus,
    counted: { step: state.step, steps: state.steps },
    copies: new Map(state.copyOf),
    failed: new Set(state.failed),
    blocked: new Set(state.blocked),
  }
  const lastStates = new Map(state.lastStates)
  for (const node of nodes) {
    const { nodeId, displayNodeId } = node
    const id = shownNode({ node: nodeId, display: displayNodeId }, state.plan.nodes)
    const reported = `${node.state} ${node.value} ${node.max} ${node.activity ?? ''}`
    if (id === null || lastStates.get(nodeId) === reported) continue
    lastStates.set(nodeId, reported)
    const as = { id, runtimeId: nodeId, copyId: copyOf(nodeId, id, state.plan.nodes) }
    if (as.copyId !== null) folding.copies.set(nodeId, id)
    foldNode(folding, node, { as, atMs })
  }
  const { cached, runs, focus, counted, failed, blocked } = folding
  return {
    ...state,
    cached: cached.size === state.cached.size ? state.cached : cached,
    runs,
    focus,
    ...counted,
    copyOf: folding.copies,
    failed,
    blocked,
    lastStates,
    kind: 'aggregate',
    startedAt: state.startedAt ?? atMs,
  }
}

function foldNode(
  folding: Folding,
  node: ProgressStateNode,
  { as, atMs }: { as: RunningAs; atMs: number },
): void {
  const { id, runtimeId, copyId } = as
  const own = runtimeId === id
  switch (node.state) {
    case 'pending':
      return
    case 'running':
      break
    case 'blocked':
      // it waits for what failed, and never runs
      folding.blocked.add(id)
      return
    case 'error':
      folding.failed.add(id)
      return
    case 'finished':
      // a cached output shows up as finished without ever having run
      if (own && folding.cached.has(id) && !folding.runs.has(id)) return
      folding.runs = finish(folding.runs, { as, atMs })
      if (folding.focus?.id === id && (own || copyId === runtimeId)) {
        folding.focus = { id, value: node.value, max: node.max, activity: null }
      }
      return
  }
  const { value, max, activity } = node
  folding.cached.delete(id)
  folding.runs = setFraction(beginRun(folding.runs, { ...as, atMs }), {
    ...as,
    fraction: ratio(value, max),
    atMs,
  })
  folding.focus = { id, value, max, activity }
  // at max 1 it may be no counter at all, only `running`
  if (max > 1) folding.counted = countSteps(folding.counted, value, max)
}

function finish(runs: Facts['runs'], { as, atMs }: { as: RunningAs; atMs: number }): Facts['runs'] {
  const { id, runtimeId, copyId } = as
  if (copyId !== null) {
    return copyId === runtimeId ? finishCopy(beginRun(runs, { ...as, atMs }), { id, copyId }) : runs
  }
  return runtimeId === id
    ? finishRun(beginRun(runs, { ...as, atMs }), id, atMs)
    : setFraction(runs, { ...as, fraction: 1, atMs })
}

/** Whole steps only: some nodes tick in seconds, which is no step counter. */
export function countSteps(
  current: { step: number | null; steps: number | null },
  value: number,
  max: number,
): { step: number | null; steps: number | null } {
  if (!Number.isSafeInteger(max) || max < 1) return { step: current.step, steps: current.steps }
  return { step: toCount(value), steps: max }
}

export function ratio(value: number, max: number): number {
  return max > 0 ? Math.min(1, Math.max(0, value / max)) : 0
}
