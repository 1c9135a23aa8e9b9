/**
 * The progress tracker: a pure fold of host messages, in any of the three dialects, to `Progress`.
 *
 * A node of the workflow is waiting, running or over; cached ones do not count. `progress_state` says
 * so outright. Servers without it only announce what starts (`executing`), so there a node is over
 * when another one starts. Nodes made by expansion count toward the node that made them; a loop's copies
 * are runs of the node they are shown as, of which each has as many as the loop goes round (./loops.ts).
 * Only messages of the prompt at hand may be folded (session/attribute.ts sees to that).
 */
import type { Progress } from '@safelight/shared'
import { copiedNode, copyOf, makerOf, shownNode } from '../graph/shown-node.ts'
import type { HostMessage } from '../protocol/host-message.ts'
import { countIteration, finishRepeated } from './loops.ts'
import { createPlan, planToRun, priceAnew, stepsToRun } from './plan.ts'
import { toTrackedProgress } from './present.ts'
import { beginRun, finishCopy, finishRun, type RunningAs, setFraction } from './runs.ts'
import { countSteps, foldStates, ratio } from './states.ts'
import type { TrackerOptions, TrackerState } from './types.ts'

export type Facts = Omit<TrackerState, 'progress'>

/** State before anything ran: `connected`, with the total steps read from the graph. */
export function startProgress(options: TrackerOptions, atMs: number): TrackerState {
  const plan = createPlan(options)
  const facts: Facts = {
    plan,
    cached: new Set(),
    toRun: plan.reachable,
    runs: new Map(),
    focus: null,
    step: plan.totalSteps > 0 ? 0 : null,
    steps: plan.totalSteps > 0 ? plan.totalSteps : null,
    kind: 'connected',
    startedAt: null,
    succeeded: false,
    lastStates: new Map(),
    loopCounts: new Map(),
    copyOf: new Map(),
    failed: new Set(),
    blocked: new Set(),
  }
  return { ...facts, progress: toTrackedProgress(facts, null, atMs) }
}

/** @param atMs when the message arrived, ms on any steady clock */
export function foldProgress(
  state: TrackerState,
  message: HostMessage,
  atMs: number,
): TrackerState {
  const folded = foldFacts(state, message, atMs)
  if (folded === state) return state
  const toRun = folded.cached === state.cached ? state.toRun : planToRun(state.plan, folded.cached)
  const facts = { ...folded, toRun, runs: finishRepeated(folded, atMs) }
  return { ...facts, progress: toTrackedProgress(facts, state.progress, atMs) }
}

/** Nothing was heard: where the nodes should be by now, as far as past runs tell. */
export function foldTime(state: TrackerState, atMs: number): TrackerState {
  return { ...state, progress: toTrackedProgress(state, state.progress, atMs) }
}

/** It begins, on a host that has these models in its memory; null when that is not known. */
export function foldBeginning(
  state: TrackerState,
  inPlace: readonly string[] | null,
  atMs: number,
): TrackerState {
  if (state.runs.size > 0) return state
  const facts = { ...state, plan: priceAnew(state.plan, inPlace) }
  return { ...facts, progress: toTrackedProgress(facts, state.progress, atMs) }
}

/** The end, once every output is stored. */
export function completeProgress(state: TrackerState): Progress {
  const { progress } = state
  return {
    ...progress,
    value: 1,
    // ticks that never arrived were made all the same
    step: progress.steps,
    // what failed while the rest went on is not done at the end either
    nodes_done: Math.max(0, progress.nodes_total - state.failed.size),
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
    case 'executing': {
      if (message.node === null) return state
      const { node, displayNode: display } = message
      const id = shownNode({ node, display }, state.plan.nodes)
      return id === null ? state : enter(state, toRunning(state, id, node), atMs)
    }
    case 'progress':
      return tick(state, { ...message, atMs, kind: 'node' })
    case 'execution_progress':
      return tick(state, { ...message, node: null, atMs, kind: 'inference' })
    case 'progress_state':
      return foldStates(state, message.nodes, atMs)
    case 'executed':
      return finishLegacy(state, message.node, atMs)
    case 'text':
      return foldText(state, message)
    case 'execution_node_error':
      return failNode(state, message.failure.nodeId)
    case 'execution_success':
      return { ...state, succeeded: true, runs: finishAll(state, atMs) }
    default:
      return state
  }
}

/** Cached nodes do not run, so neither they nor their steps count. One that has run already stays. */
function skip(state: Facts, nodes: string[]): Facts {
  const news = nodes.filter((id) => state.plan.nodes.has(id) && !state.runs.has(id))
  const cached = new Set([...state.cached, ...news])
  if (state.kind !== 'connected') return { ...state, cached }
  const steps = stepsToRun(state.plan, planToRun(state.plan, cached))
  return { ...state, cached, step: steps === null ? null : 0, steps }
}

function toRunning(state: Facts, id: string, runtimeId: string): RunningAs {
  return { id, runtimeId, copyId: copyOf(runtimeId, id, state.plan.nodes) }
}

/** `executing`: a node starts, which on servers without `progress_state` ends the one before. */
function enter(state: Facts, as: RunningAs, atMs: number): Facts {
  const { id } = as
  const previous = state.focus?.id
  const legacy = state.kind !== 'aggregate'
  const runs =
    legacy && previous && previous !== id ? finishRun(state.runs, previous, atMs) : state.runs
  return {
    ...withCopy(state, as),
    cached: without(state.cached, id),
    runs: beginRun(runs, { ...as, atMs }),
    focus: previous === id ? state.focus : { id, value: 0, max: 1, activity: null },
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
  const id = findNode(state, runtimeId)
  const counted = {
    ...countSteps(state, value, max),
    kind: state.kind === 'aggregate' ? state.kind : kind,
  }
  if (id === null) return { ...state, ...counted }
  const as = toRunning(state, id, runtimeId)
  const entered = state.focus?.id === id ? state : enter(state, as, atMs)
  return {
    ...entered,
    ...counted,
    runs: setFraction(beginRun(entered.runs, { ...as, atMs }), {
      ...as,
      fraction: ratio(value, max),
      atMs,
    }),
    focus: { id, value, max, activity: null },
  }
}

function guessSampler({ plan, runs }: Facts, max: number): string | null {
  const waiting = [...plan.reachable].filter((id) => runs.get(id)?.tookMs == null)
  const sampling = waiting.filter((id) => (plan.nodes.get(id)?.steps ?? 0) > 0)
  return sampling.find((id) => plan.nodes.get(id)?.steps === max) ?? sampling[0] ?? null
}

/** `executed`: where no `progress_state` says it, a node is over. */
function finishLegacy(state: Facts, node: string, atMs: number): Facts {
  if (state.kind === 'aggregate') return state
  const copied = state.copyOf.get(node)
  if (copied !== undefined) {
    return { ...state, runs: finishCopy(state.runs, { id: copied, copyId: node }) }
  }
  return state.runs.has(node) ? { ...state, runs: finishRun(state.runs, node, atMs) } : state
}

function foldText(state: Facts, { nodeId, text }: HostMessage & { type: 'text' }): Facts {
  // an inner loop runs as copies of its start
  const id = findNode(state, nodeId)
  if (id === null) return state
  const loopCounts = countIteration(state.loopCounts, { id, runtimeId: nodeId, text })
  return loopCounts === state.loopCounts ? state : { ...state, loopCounts }
}

/** Of a message that does not say what its node is shown as: what it was shown as before, or what its id says. */
function findNode({ plan, copyOf: shown }: Facts, runtimeId: string): string | null {
  const known = shown.get(runtimeId)
  if (known !== undefined) return known
  const copied = plan.loops.size > 0 ? copiedNode(runtimeId, plan.loops) : null
  return copied ?? makerOf(runtimeId, plan.nodes)
}

/** The last node is never told to be over by servers without `progress_state`. */
function finishAll({ runs, failed }: Facts, atMs: number): Facts['runs'] {
  return [...runs.keys()].reduce(
    (all, id) => (failed.has(id) ? all : finishRun(all, id, atMs)),
    runs,
  )
}

function failNode(state: Facts, id: string | null): Facts {
  if (id === null || !state.plan.nodes.has(id)) return state
  return { ...state, failed: new Set(state.failed).add(id) }
}

function withCopy(state: Facts, { id, runtimeId, copyId }: RunningAs): Facts {
  if (copyId === null || state.copyOf.get(runtimeId) === id) return state
  return { ...state, copyOf: new Map(state.copyOf).set(runtimeId, id) }
}

function without(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  if (!set.has(id)) return set
  const rest = new Set(set)
  rest.delete(id)
  return rest
}
