/** Tracker state → `Progress`: the arithmetic of the bar. */
import { type Progress, raise, toLine } from '@safelight/shared'
import type { NodeRun, TrackerState } from './types.ts'

/** The last hundredth belongs to fetching and storing the outputs. */
const EXECUTION_SHARE = 0.99
/** Too early, an estimate is a random number. */
const ETA_FROM_VALUE = 0.05
const ETA_FROM_MS = 1_000

type Facts = Omit<TrackerState, 'progress'>

/** @param previous so that the value never falls, whatever is discovered on the way; the estimate rests on it */
export function toTrackedProgress(facts: Facts, previous: Progress | null, atMs: number): Progress {
  const progress = raise(previous, present(facts))
  return { ...progress, eta_ms: estimate(facts.startedAt, progress.value, atMs) }
}

function present(facts: Facts): Progress {
  const { done, total, fraction } = measure(facts)
  const { focus } = facts
  const planned = focus && facts.plan.nodes.get(focus.id)
  const shownClass = planned ? toLine(planned.class) : null
  const name = planned?.title ?? shownClass
  return {
    value: round(fraction * EXECUTION_SHARE),
    nodes_done: done,
    nodes_total: total,
    current_node: focus?.id ?? null,
    current_node_class: shownClass,
    step: facts.step,
    steps: facts.steps,
    message: focus && name ? (focus.max > 1 ? `${name} ${focus.value}/${focus.max}` : name) : null,
    kind: facts.kind,
    node: focus && {
      id: focus.id,
      class: shownClass,
      title: planned?.title ?? null,
      value: focus.value,
      max: focus.max,
    },
    eta_ms: null,
  }
}

/** Nodes that count: reachable from the outputs or started all the same, less the cached ones. */
function measure(facts: Facts): { done: number; total: number; fraction: number } {
  const active = new Set([...facts.plan.reachable, ...facts.runs.keys()])
  for (const id of facts.cached) active.delete(id)
  let done = 0
  let spent = 0
  let whole = 0
  for (const id of active) {
    const cost = facts.plan.nodes.get(id)?.cost ?? 0
    const run = facts.runs.get(id)
    const fraction = facts.succeeded ? 1 : run ? fractionOf(run) : 0
    if (fraction === 1) done += 1
    whole += cost
    spent += cost * fraction
  }
  const nothingToRun = facts.succeeded ? 1 : 0
  return { done, total: active.size, fraction: whole > 0 ? spent / whole : nothingToRun }
}

/** 1 only when the node is over: a sampler at 20/20 still has to return. */
function fractionOf(run: NodeRun): number {
  if (run.tookMs !== null) return 1
  let made = 0
  for (const fraction of run.children.values()) made += fraction
  // one more than reported: an expansion never says how many nodes it will make
  const ofChildren = made / (run.children.size + 1)
  return Math.min(0.999, Math.max(run.fraction, ofChildren))
}

function estimate(startedAt: number | null, value: number, atMs: number): number | null {
  if (startedAt === null || value < ETA_FROM_VALUE) return null
  const elapsed = atMs - startedAt
  return elapsed < ETA_FROM_MS ? null : Math.round((elapsed * (1 - value)) / value)
}

/** Also of what no number came out of: a bar is not worth a job. */
function round(value: number): number {
  return Math.min(1, Math.max(0, Math.floor(value * 10_000) / 10_000)) || 0
}
