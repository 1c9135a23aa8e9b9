/**
 * The progress tracker: a pure fold of host messages, in any of the three dialects, to `Progress`.
 *
 * A node of the workflow is waiting, running or over; cached ones do not count. `progress_state` says
 * so outright. Servers without it only announce what starts (`executing`), so there a node is over
 * when another one starts. Nodes made by expansion count toward the node that made them.
 * Only messages of the prompt at hand may be folded (session/attribute.ts sees to that).
 */
import type { Progress } from '@safelight/shared'
import { toCount } from '../graph/steps.ts'
import { makerOf } from '../graph/shown-node.ts'
import type { HostMessage, ProgressStateNode } from '../protocol/host-message.ts'
import { createPlan, stepsToRun } from './plan.ts'
import { toTrackedProgress } from './present.ts'
import { beginRun, finishRun, setFraction } from './runs.ts'
import type { TrackerOptions, TrackerState } from './types.ts'

type Facts = Omit<TrackerState, 'progress'>

/** State before anything ran: `connected`, with the total steps read from the graph. */
export function startProgress(options: TrackerOptions, atMs: number): TrackerState {
  const plan = createPlan(options)
  const facts: Facts = {
    plan,
    cached: new Set(),
    runs: new Map(),
    focus: null,
    step: plan.totalSteps > 0 ? 0 : null,
    steps: plan.totalSteps > 0 ? plan.totalSteps : null,
    kind: 'connected',
    startedAt: null,
    succeeded: false,
    lastStates: new Map(),
  }
  return { ...facts, progress: toTrackedProgress(facts, null, atMs) }
}

/** @param atMs when the message arrived, ms on any steady clock */
export function foldProgress(
  state: TrackerState,
  message: HostMessage,
  atMs: number,
): TrackerState {
  const facts = foldFacts(state, message, atMs)
  return facts === state
    ? state
    : { ...facts, progress: toTrackedProgress(facts, state.progress, atMs) }
}

/** The end, once every output is stored. */
export function completeProgress(state: TrackerState): Progress {
  const { progress } = state
  return {
    ...progress,
    value: 1,
    // ticks that never arrived were made all the same
    step: progress.steps,
    nodes_done: progress.nodes_total,
    current_node: null,
    current_node_class: null,
    message: null,
    kind: 'complete',
    node: null,
    eta_ms: 0,
  }
}

function foldFacts(state: Facts, message: HostMessage, atMs: number): Facts {
  switch (message.type) {
    case 'execution_start':
      return state.startedAt === null ? { ...state, startedAt: atMs } : state
    case 'execution_cached':
      return skip(state, message.nodes)
    case 'executing':
      return message.node === null ? state : enter(state, message.node, atMs)
    case 'progress':
      return tick(state, { ...message, atMs, kind: 'node' })
    case 'execution_progress':
      return tick(state, { ...message, node: null, atMs, kind: 'inference' })
    case 'progress_state':
      return foldStates(state, message.nodes, atMs)
    case 'executed':
      return state.kind === 'aggregate' || !state.runs.has(message.node)
        ? state
        : { ...state, runs: finishRun(state.runs, message.node, atMs) }
    case 'execution_success':
      return { ...state, succeeded: true }
    default:
      return state
  }
}

/** Cached nodes do not run, so neither they nor their steps count. One that has run already stays. */
function skip(state: Facts, nodes: string[]): Facts {
  const news = nodes.filter((id) => state.plan.nodes.has(id) && !state.runs.has(id))
  const cached = new Set([...state.cached, ...news])
  if (state.kind !== 'connected') return { ...state, cached }
  const steps = stepsToRun(state.plan, cached)
  return { ...state, cached, step: steps === null ? null : 0, steps }
}

/** `executing`: a node starts, which on servers without `progress_state` ends the one before. */
function enter(state: Facts, runtimeId: string, atMs: number): Facts {
  const id = makerOf(runtimeId, state.plan.nodes)
  if (id === null) return state
  const previous = state.focus?.id
  const legacy = state.kind !== 'aggregate'
  const runs =
    legacy && previous && previous !== id ? finishRun(state.runs, previous, atMs) : state.runs
  return {
    ...state,
    cached: without(state.cached, id),
    runs: beginRun(runs, { id, runtimeId, atMs }),
    focus: previous === id ? state.focus : { id, value: 0, max: 1 },
    kind: state.kind === 'connected' ? 'node' : state.kind,
    startedAt: state.startedAt ?? atMs,
  }
}

interface Tick {
  node: string | null
  value: number
  max: number
  atMs: number
  kind: 'node' | 'inference'
}

/** One node ticked. The legacy dialect does not name it: it is the one that runs, or the one that samples. */
function tick(state: Facts, { node, value, max, atMs, kind }: Tick): Facts {
  const named = node === null ? (state.focus?.id ?? guessSampler(state, max)) : node
  const runtimeId = named ?? ''
  const id = makerOf(runtimeId, state.plan.nodes)
  const counted = {
    ...countSteps(state, value, max),
    kind: state.kind === 'aggregate' ? state.kind : kind,
  }
  if (id === null) return { ...state, ...counted }
  const entered = state.focus?.id === id ? state : enter(state, runtimeId, atMs)
  return {
    ...entered,
    ...counted,
    runs: setFraction(beginRun(entered.runs, { id, runtimeId, atMs }), {
      id,
      runtimeId,
      fraction: ratio(value, max),
    }),
    focus: { id, value, max },
  }
}

function guessSampler({ plan, runs }: Facts, max: number): string | null {
  const waiting = [...plan.reachable].filter((id) => runs.get(id)?.tookMs == null)
  const sampling = waiting.filter((id) => (plan.nodes.get(id)?.steps ?? 0) > 0)
  return sampling.find((id) => plan.nodes.get(id)?.steps === max) ?? sampling[0] ?? null
}

/** `progress_state`: every started node at once. The one that moved last is the one to show. */
function foldStates(state: Facts, nodes: ProgressStateNode[], atMs: number): Facts {
  let { cached, runs, focus } = state
  let counted = { step: state.step, steps: state.steps }
  const lastStates = new Map(state.lastStates)
  for (const node of nodes) {
    const id = makerOf(node.nodeId, state.plan.nodes)
    const reported = `${node.state} ${node.value} ${node.max}`
    if (id === null || lastStates.get(node.nodeId) === reported) continue
    lastStates.set(node.nodeId, reported)
    const own = node.nodeId === id
    if (node.state === 'finished') {
      // a cached output shows up as finished without ever having run
      if (own && cached.has(id) && !runs.has(id)) continue
      runs = own
        ? finishRun(beginRun(runs, { id, runtimeId: id, atMs }), id, atMs)
        : setFraction(runs, { id, runtimeId: node.nodeId, fraction: 1 })
      if (focus?.id === id && own) focus = { id, value: node.value, max: node.max }
      continue
    }
    cached = without(cached, id)
    runs = beginRun(runs, { id, runtimeId: node.nodeId, atMs })
    runs = setFraction(runs, { id, runtimeId: node.nodeId, fraction: ratio(node.value, node.max) })
    focus = { id, value: node.value, max: node.max }
    // at max 1 it may be no counter at all, only `running`
    if (node.max > 1) counted = countSteps(counted, node.value, node.max)
  }
  return {
    ...state,
    cached,
    runs,
    focus,
    ...counted,
    lastStates,
    kind: 'aggregate',
    startedAt: state.startedAt ?? atMs,
  }
}

/** Whole steps only: some nodes tick in seconds, which is no step counter. */
function countSteps(current: Pick<Facts, 'step' | 'steps'>, value: number, max: number) {
  if (!Number.isSafeInteger(max) || max < 1) return { step: current.step, steps: current.steps }
  return { step: toCount(value), steps: max }
}

function ratio(value: number, max: number): number {
  return max > 0 ? Math.min(1, Math.max(0, value / max)) : 0
}

function without(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  if (!set.has(id)) return set
  const rest = new Set(set)
  rest.delete(id)
  return rest
}
