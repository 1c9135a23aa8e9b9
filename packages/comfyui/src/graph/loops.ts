/**
 * Native loops, read from the graph. A StartLoop runs copies of the nodes between it and its EndLoop, once per
 * iteration; those nodes never run themselves.
 */
import type { Workflow, WorkflowNode } from '@safelight/shared'
import { reachableFrom, sourcesOf, usersOf } from './links.ts'
import { toCount } from './steps.ts'

export interface Loop {
  start: string
  end: string
  /** What is repeated: whatever needs the start, up to the end. With the nodes of loops inside. */
  body: ReadonlySet<string>
  /** How often it goes round, where the graph says so in a number. The host has the last word. */
  iterations: number | null
  /** The loop around it. */
  outer: Loop | null
}

/** A graph of nothing but loops would take long to pair, and nobody writes one: then none is known. */
const MAX_LOOPS = 64

/** Node id → the innermost loop that repeats it. */
export function findLoops(workflow: Workflow): ReadonlyMap<string, Loop> {
  const starts = idsOf(workflow, 'StartLoop')
  const ends = idsOf(workflow, 'EndLoop')
  if (starts.length === 0 || starts.length > MAX_LOOPS || ends.length > MAX_LOOPS) return new Map()
  const loops = pairLoops(workflow, { starts, ends })
  // the larger are the outer ones
  loops.sort((a, b) => b.body.size - a.body.size)
  const innermost = new Map<string, Loop>()
  for (const loop of loops) {
    loop.outer = innermost.get(loop.start) ?? null
    for (const id of loop.body) innermost.set(id, loop)
  }
  return innermost
}

function idsOf(workflow: Workflow, className: string): string[] {
  return Object.keys(workflow).filter((id) => workflow[id]?.class_type === className)
}

/** An end closes the innermost loop that is open before it. */
function pairLoops(
  workflow: Workflow,
  { starts, ends }: { starts: string[]; ends: string[] },
): Loop[] {
  const before = new Map(
    [...starts, ...ends].map((id) => [id, reachableFrom(workflow, sourcesOfId(workflow, id))]),
  )
  const depth = (id: string, ids: string[]) =>
    ids.filter((other) => before.get(id)?.has(other)).length
  const inOrder = ends.toSorted((a, b) => depth(a, ends) - depth(b, ends))
  const closed = new Set<string>()
  return inOrder.flatMap((end) => {
    const open = starts.filter((start) => before.get(end)?.has(start) && !closed.has(start))
    const [start] = open.toSorted((a, b) => depth(b, starts) - depth(a, starts))
    if (start === undefined) return []
    closed.add(start)
    const body = usersOf(workflow, [start], { until: end })
    body.delete(start)
    body.delete(end)
    return [{ start, end, body, iterations: readIterations(workflow[start]), outer: null }]
  })
}

/** `mode.num_iterations`: an input of the mode that was chosen. */
function readIterations(node: WorkflowNode | undefined): number | null {
  for (const [name, value] of Object.entries(node?.inputs ?? {})) {
    if (typeof value === 'number' && /(?:^|\.)num_iterations$/.test(name)) return toCount(value)
  }
  return null
}

function sourcesOfId(workflow: Workflow, id: string): string[] {
  const node = workflow[id]
  return node ? sourcesOf(node) : []
}
