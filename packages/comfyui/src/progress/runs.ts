/** Nodes that have started: they begin, advance and finish. Each returns a new map, or the same one when nothing changed. */
import type { NodeRun, Ticks } from './types.ts'

type Runs = ReadonlyMap<string, NodeRun>

/** A node of the workflow, and as what it runs. */
export interface RunningAs {
  id: string
  /** Differs from `id` for a node made by expansion: it is noted as a child of its maker, or as a copy. */
  runtimeId: string
  /** The copy of `id` in a loop that it is, or is a part of. */
  copyId: string | null
}

const NOT_BEGUN = {
  tookMs: null,
  fraction: 0,
  ticks: null,
  children: new Map(),
  copies: new Map(),
  copiesDone: 0,
  ranItself: false,
}

export function beginRun(
  runs: Runs,
  { id, runtimeId, copyId, atMs }: RunningAs & { atMs: number },
): Runs {
  const known = runs.get(id)
  const run: NodeRun = known ?? { startedAt: atMs, ...NOT_BEGUN }
  if (copyId !== null) {
    if (run.copies.has(copyId)) return runs
    // one more time, though the last was thought to be the end. Not where the node has run itself, as in the loops
    // of custom nodes: how many copies follow is unknown, and what was done would be undone with each
    const tookMs = run.ranItself ? run.tookMs : null
    return new Map(runs).set(id, { ...run, copies: withEntry(run.copies, copyId, 0), tookMs })
  }
  const child = runtimeId !== id
  if (known && (child ? known.children.has(runtimeId) : known.ranItself)) return runs
  return new Map(runs).set(id, child ? withChild(run, runtimeId, 0) : { ...run, ranItself: true })
}

export function setFraction(
  runs: Runs,
  { id, runtimeId, copyId, fraction, atMs }: RunningAs & { fraction: number; atMs: number },
): Runs {
  const run = runs.get(id)
  if (!run) return runs
  if (copyId !== null) {
    // what a copy made by expansion says nothing of the copy itself
    if (copyId !== runtimeId) return runs
    return new Map(runs).set(id, { ...run, copies: withEntry(run.copies, copyId, fraction) })
  }
  const next =
    runtimeId === id
      ? { ...run, fraction, ticks: countTick(run, fraction, atMs) }
      : withChild(run, runtimeId, fraction)
  return new Map(runs).set(id, next)
}

/** At 0 nothing has been done yet: a counter may say so long before its first step, while a model is loaded. */
function countTick(
  { ticks, fraction: before }: NodeRun,
  fraction: number,
  atMs: number,
): Ticks | null {
  if (!ticks) {
    if (fraction <= 0) return null
    const first = { firstAt: atMs, firstFraction: fraction }
    return { ...first, lastAt: atMs, lastFraction: fraction, count: 0, restarted: false }
  }
  if (fraction === before) return ticks
  const restarted = ticks.restarted || fraction < before
  return { ...ticks, lastAt: atMs, lastFraction: fraction, count: ticks.count + 1, restarted }
}

/** A copy is over; whether the node is depends on how many there are to be. */
export function finishCopy(runs: Runs, { id, copyId }: { id: string; copyId: string }): Runs {
  const run = runs.get(id)
  if (!run?.copies.has(copyId)) return runs
  const copies = new Map(run.copies)
  copies.delete(copyId)
  return new Map(runs).set(id, { ...run, copies, copiesDone: run.copiesDone + 1 })
}

export function finishRun(runs: Runs, id: string, atMs: number): Runs {
  const run = runs.get(id)
  if (!run || run.tookMs !== null) return runs
  return new Map(runs).set(id, { ...run, fraction: 1, tookMs: atMs - run.startedAt })
}

/** It ran as copies, not as itself. */
export function isRepeated(run: NodeRun): boolean {
  return run.copiesDone + run.copies.size > 0
}

function withChild(run: NodeRun, runtimeId: string, fraction: number): NodeRun {
  return { ...run, children: withEntry(run.children, runtimeId, fraction) }
}

function withEntry(
  map: ReadonlyMap<string, number>,
  key: string,
  value: number,
): ReadonlyMap<string, number> {
  return new Map(map).set(key, value)
}
