/** Nodes that have started: they begin, advance and finish. Each returns a new map, or the same one when nothing changed. */
import type { NodeRun } from './types.ts'

type Runs = ReadonlyMap<string, NodeRun>

/** `runtimeId` differs from `id` for a node made by expansion: it is noted as a child of its maker. */
export function beginRun(
  runs: Runs,
  { id, runtimeId, atMs }: { id: string; runtimeId: string; atMs: number },
): Runs {
  const known = runs.get(id)
  const child = runtimeId !== id
  if (known && (!child || known.children.has(runtimeId))) return runs
  const run: NodeRun = known ?? { startedAt: atMs, tookMs: null, fraction: 0, children: new Map() }
  return new Map(runs).set(id, child ? withChild(run, runtimeId, 0) : run)
}

export function setFraction(
  runs: Runs,
  { id, runtimeId, fraction }: { id: string; runtimeId: string; fraction: number },
): Runs {
  const run = runs.get(id)
  if (!run) return runs
  const next = runtimeId === id ? { ...run, fraction } : withChild(run, runtimeId, fraction)
  return new Map(runs).set(id, next)
}

export function finishRun(runs: Runs, id: string, atMs: number): Runs {
  const run = runs.get(id)
  if (!run || run.tookMs !== null) return runs
  return new Map(runs).set(id, { ...run, fraction: 1, tookMs: atMs - run.startedAt })
}

function withChild(run: NodeRun, runtimeId: string, fraction: number): NodeRun {
  return { ...run, children: new Map(run.children).set(runtimeId, fraction) }
}
