/** Which End Loop closes which Start Loop, and what lies between: READ, NOT RECORDED. */
import { isLink, type PromptGraph, type PromptNode } from '../graph/prompt-graph.ts'
import { isRecord } from '../record.ts'
import type { Reason } from './node-errors.ts'

export interface Loop {
  readonly body: readonly string[]
  readonly endId: string
}

export interface LoopProblem {
  readonly reason: Reason
  readonly nodeIds: readonly string[]
  readonly outputIds: readonly string[]
}

export type Loops = { readonly loops: ReadonlyMap<string, Loop> }

type Edges = ReadonlyMap<string, ReadonlySet<string>>

export function isBoundary({ class_type }: PromptNode): boolean {
  return class_type === 'StartLoop' || class_type === 'EndLoop'
}

/** For a graph without cycles. */
export function validateLoops(whole: PromptGraph, outputs: readonly string[]): Loops | LoopProblem {
  const { graph, parents, children } = involved(whole, outputs)
  const ofClass = (name: string): string[] =>
    Object.keys(graph)
      .filter((id) => graph[id]?.class_type === name)
      .sort()
  const ends = new Set(ofClass('EndLoop'))
  const starts = new Set(ofClass('StartLoop'))
  const terminal = outputs.filter((id) => children.get(id)?.size === 0)
  const loops = new Map<string, Loop>()

  const problem = (kind: string, text: [string, string], ids: Iterable<string>): LoopProblem => {
    const nodeIds = [...new Set(ids)].sort()
    const reached = walk(nodeIds, children).found
    const outputIds = outputs.filter((id) => reached.has(id)).sort()
    const extra_info = {
      input_name: 'loop boundary',
      loop_error_type: kind,
      node_ids: nodeIds,
      output_ids: outputIds,
    }
    const [message, details] = text
    const reason = { type: 'custom_validation_failed', message, details, extra_info }
    return { reason, nodeIds, outputIds }
  }

  // innermost first: an end that no other open end leads to
  while (ends.size > 0) {
    const endId = [...ends].find((id) =>
      [...walk(parents.get(id) ?? [], parents).found].every((upstream) => !ends.has(upstream)),
    )
    if (endId === undefined) break
    const candidates = walk(parents.get(endId) ?? [], parents, starts).stops
    if (candidates.size === 0) {
      const details = `End Loop ${endId} has no available Start Loop`
      return problem('loop_end_without_start', ['End Loop has no Start Loop', details], [endId])
    }
    const [startId, ...others] = [...candidates].filter((candidate) =>
      [...candidates].every(
        (other) => other === candidate || walk([other], children).found.has(candidate),
      ),
    )
    if (startId === undefined || others.length > 0) {
      const listed = [...candidates].sort().join(', ')
      const details = `End Loop ${endId} can close multiple unrelated Start Loops: ${listed}`
      const ids = [...candidates, endId]
      return problem('ambiguous_loop_nesting', ['End Loop has ambiguous Start Loops', details], ids)
    }
    starts.delete(startId)
    ends.delete(endId)

    const { found, stops } = walk(
      children.get(startId) ?? [],
      children,
      new Set([...ends, ...terminal, endId]),
    )
    const escapes = [...stops].filter((id) => id !== endId).sort()
    if (escapes.length > 0) {
      const listed = escapes.join(', ')
      const details = `Start Loop ${startId} reaches ${listed} without passing through End Loop ${endId}`
      const ids = [...escapes, startId, endId]
      return problem('loop_escape', ['Loop body is not closed', details], ids)
    }
    loops.set(startId, { body: [...found].filter((id) => id !== endId).sort(), endId })
  }

  if (starts.size > 0) {
    const details = `Start Loops without End Loops: ${[...starts].sort().join(', ')}`
    return problem('loop_start_without_end', ['Start Loop has no End Loop', details], starts)
  }
  for (const [startId, { body, endId }] of loops) {
    const link = graph[endId]?.inputs?.['accumulate']
    if (!isLink(link) || !(link[0] === startId || body.includes(link[0]))) continue
    const details = `End Loop ${endId} accumulate is driven by loop node ${link[0]} under Start Loop ${startId}`
    const ids = [startId, endId, link[0]]
    const message = 'End Loop accumulate depends on its loop body'
    return problem('loop_accumulate_from_body', [message, details], ids)
  }
  return { loops }
}

/** What leads to the wanted outputs, and the loops that these lie in. */
function involved(whole: PromptGraph, outputs: readonly string[]) {
  const all = edgesOf(whole)
  const upstream = walk(outputs, all.parents).found
  const downstream = walk(upstream, all.children).found
  const closing = [...downstream].filter((id) => whole[id]?.class_type === 'EndLoop')
  const wanted = new Set([...upstream, ...walk(closing, all.parents).found])
  const graph = Object.fromEntries(Object.entries(whole).filter(([id]) => wanted.has(id)))
  return { graph, ...edgesOf(graph) }
}

function edgesOf(graph: PromptGraph): { parents: Edges; children: Edges } {
  const parents = new Map(Object.keys(graph).map((id) => [id, new Set<string>()]))
  const children = new Map(Object.keys(graph).map((id) => [id, new Set<string>()]))
  for (const [id, { inputs }] of Object.entries(graph)) {
    for (const value of isRecord(inputs) ? Object.values(inputs) : []) {
      if (!isLink(value) || !children.has(value[0])) continue
      children.get(value[0])?.add(id)
      parents.get(id)?.add(value[0])
    }
  }
  return { parents, children }
}

function walk(
  from: Iterable<string>,
  edges: Edges,
  stopAt: ReadonlySet<string> = new Set(),
): { found: ReadonlySet<string>; stops: ReadonlySet<string> } {
  const found = new Set<string>()
  const stops = new Set<string>()
  const open = [...from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue
    found.add(id)
    if (stopAt.has(id)) stops.add(id)
    else open.push(...(edges.get(id) ?? []))
  }
  return { found, stops }
}
