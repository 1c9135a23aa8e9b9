/** Tracker state → `Progress`: the arithmetic of the bar. */
import { type Progress, raise, toLine } from '@safelight/shared'
import { estimateRest, fractionByTime, type WeighedNode } from './eta.ts'
import { expectedRuns, loopLine } from './loops.ts'
import { isRepeated } from './runs.ts'
import type { PlannedNode } from './plan.ts'
import type { Focus, NodeRun, TrackerState } from './types.ts'

/** The last hundredth belongs to fetching and storing the outputs. */
const EXECUTION_SHARE = 0.99

type Facts = Omit<TrackerState, 'progress'>

/** @param previous so that the value never falls, whatever is discovered on the way; the estimate rests on it */
export function toTrackedProgress(facts: Facts, previous: Progress | null, atMs: number): Progress {
  const measured = measure(facts, atMs)
  const progress = raise(previous, present(facts, measured))
  // which results the host has already is told a moment after it begins, before any node runs
  const startedAt = facts.runs.size > 0 ? facts.startedAt : null
  return { ...progress, eta_ms: estimateRest(measured.nodes, { startedAt, atMs }) }
}

/** ms until it should be over, for one that has not begun from its beginning on; null when nobody can tell. */
export function toRestMs(facts: Facts, atMs: number): number | null {
  const startedAt = facts.startedAt ?? atMs
  return estimateRest(measure(facts, atMs).nodes, { startedAt, atMs })
}

function present(facts: Facts, { done, total, fraction }: Measured): Progress {
  const { focus } = facts
  const planned = focus && facts.plan.nodes.get(focus.id)
  const shownClass = planned ? toLine(planned.class) : null
  const detail = focus && toDetail(facts, focus)
  return {
    value: round(fraction * EXECUTION_SHARE),
    nodes_done: done,
    nodes_total: total,
    current_node: focus?.id ?? null,
    current_node_class: shownClass,
    step: facts.step,
    steps: facts.steps,
    message: focus && toMessage(planned?.title ?? shownClass, focus, detail),
    kind: facts.kind,
    node: focus && {
      id: focus.id,
      class: shownClass,
      title: planned?.title ?? null,
      value: focus.value,
      max: focus.max,
      ...(detail && { detail }),
    },
    eta_ms: null,
  }
}

function toMessage(
  name: string | null,
  { value, max }: Focus,
  detail: string | null,
): string | null {
  if (!name) return null
  const line = max > 1 ? `${name} ${value}/${max}` : name
  return detail === null ? line : `${line}, ${detail}`
}

/** What the node does while it counts nothing, and where the loops around it are. Unknown activities are not shown. */
function toDetail(facts: Facts, { id, activity }: Focus): string | null {
  const loading = activity === 'loading' ? 'loading model' : null
  const parts = [loading, loopLine(facts, id)].filter((part) => part !== null)
  return parts.length > 0 ? toLine(parts.join(', ')) : null
}

interface Measured {
  done: number
  total: number
  fraction: number
  nodes: readonly WeighedNode[]
}

/** Nodes that count: those that have to run or started all the same, less the cached ones and the blocked. */
function measure(facts: Facts, atMs: number): Measured {
  const active = new Set([...facts.toRun, ...facts.runs.keys()])
  for (const id of facts.cached) active.delete(id)
  for (const id of facts.blocked) active.delete(id)
  const nodes: WeighedNode[] = []
  let done = 0
  let spent = 0
  let whole = 0
  for (const id of active) {
    const run = facts.runs.get(id)
    const failed = facts.failed.has(id)
    const seen = run ? run.copiesDone + run.copies.size : 0
    const times = Math.max(1, seen, expectedRuns(facts, id) ?? 0)
    const planned = facts.plan.nodes.get(id)
    if (!planned) continue
    const cost = planned.cost * times
    // what failed moves the bar no more, and is not done
    const fraction =
      facts.succeeded || failed ? 1 : run ? fractionOf(run, { times, planned, atMs }) : 0
    nodes.push({ planned, run, cost, fraction })
    if (fraction === 1 && !failed) done += 1
    whole += cost
    spent += cost * fraction
  }
  const nothingToRun = facts.succeeded ? 1 : 0
  return { done, total: active.size, fraction: whole > 0 ? spent / whole : nothingToRun, nodes }
}

/** 1 only when the node is over: a sampler at 20/20 still has to return. */
function fractionOf(
  run: NodeRun,
  { times, planned, atMs }: { times: number; planned: PlannedNode; atMs: number },
): number {
  if (run.tookMs !== null) return 1
  if (isRepeated(run)) {
    let copies = run.copiesDone
    for (const fraction of run.copies.values()) copies += Math.min(0.999, fraction)
    return Math.min(0.999, copies / times)
  }
  let made = 0
  for (const fraction of run.children.values()) made += fraction
  // one more than reported: an expansion never says how many nodes it will make
  const ofChildren = made / (run.children.size + 1)
  const counted = Math.max(run.fraction, ofChildren)
  if (counted === 0) return fractionByTime(planned, run, atMs)
  // what comes before its first step is a part of it
  const lead = planned.lead / planned.cost
  return Math.min(0.999, lead + counted * (1 - lead))
}

/** Also of what no number came out of: a bar is not worth a job. */
function round(value: number): number {
  return Math.min(1, Math.max(0, Math.floor(value * 10_000) / 10_000)) || 0
}
