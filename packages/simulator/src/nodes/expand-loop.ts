/** The graph a Start Loop adds: per iteration what it is given, a copy of the body and what tells of its end. */
import type { GraphBuilder } from '../graph/graph-builder.ts'
import { type DynamicGraph, type GraphLink, inputsOf, isLink } from '../graph/prompt-graph.ts'
import type { Json } from '../record.ts'
import type { NodeContext, NodeResult } from './node-class.ts'

export interface Iteration {
  readonly index: number
  readonly item: unknown
}

/** What the end reads of each iteration, as it was submitted. */
interface LoopEnd {
  readonly output: unknown
  readonly next: unknown
  readonly terminations: readonly unknown[]
  /** May be a link, which only the end itself can read. */
  readonly accumulate: unknown
}

export function expandLoop(
  context: NodeContext,
  iterations: readonly Iteration[],
): Pick<NodeResult, 'expand' | 'loop'> {
  const { graph, nodeId } = context
  const { _loop_body: body = [], _loop_end: endId = '', inputs = {} } = graph.node(nodeId)
  const end = readEnd(graph, endId)
  const builder = context.builder()
  const { class_type } = graph.node(endId)
  const kept: Json = { accumulate: end.accumulate }

  let carried = inputs['initial_iteration_value']
  let progress: GraphLink | null = null
  let awaited: readonly unknown[] = []
  for (const [position, { index, item }] of iterations.entries()) {
    const iteration = builder.node(
      'LoopIteration',
      {
        iteration_index: index,
        is_first: position === 0,
        is_last: position === iterations.length - 1,
        list_item: item,
        current_iteration_value: carried,
        ...numbered('dependency', awaited),
      },
      `iteration_${position}`,
    )
    iteration.showAs(nodeId)
    const inCopy = copyBody(builder, { graph, body, startId: nodeId, position, start: iteration })
    const output = inCopy(end.output)
    if (isLink(output)) {
      if (end.accumulate) kept[`output${position}`] = output
      else kept['output0'] = output
    }
    carried = isLink(end.next) ? inCopy(end.next) : carried
    awaited = [output, inCopy(end.next), ...end.terminations.map(inCopy)].filter(isLink)
    const told: GraphLink = builder
      .node(
        'LoopProgress',
        {
          start_id: nodeId,
          position: position + 1,
          total: iterations.length,
          ...numbered('dependency', awaited),
          previous_progress: progress,
        },
        `progress_${position}`,
      )
      .out(0)
    progress = told
  }
  const result = builder.node(
    'LoopResult',
    { close_id: endId, progress, ...numbered('dependency', awaited) },
    'result',
  )
  return {
    expand: builder.finish(),
    loop: { body, endId, end: { class_type, inputs: kept }, resultId: result.id },
  }
}

function readEnd(graph: DynamicGraph, endId: string): LoopEnd {
  const inputs = inputsOf(graph.node(endId))
  return {
    output: inputs['output_value'],
    next: inputs['next_iteration_value'],
    terminations: Object.entries(inputs).flatMap(([name, value]) =>
      name.startsWith('termination') ? [value] : [],
    ),
    accumulate: inputs['accumulate'] ?? false,
  }
}

interface BodyCopy {
  readonly graph: DynamicGraph
  readonly body: readonly string[]
  readonly startId: string
  readonly position: number
  /** Stands for the Start Loop in this iteration. */
  readonly start: { out(slot: number): GraphLink }
}

/** Adds the copies; what it gives turns a value of the body into the one of this iteration. */
function copyBody(builder: GraphBuilder, copy: BodyCopy): (value: unknown) => unknown {
  const { graph, body, startId, position, start } = copy
  const copies = new Map(
    body.map((id) => [id, builder.node(graph.node(id).class_type, {}, `${position}_${id}`)]),
  )
  const inCopy = (value: unknown): unknown => {
    if (!isLink(value)) return value
    if (value[0] === startId) return start.out(value[1])
    return copies.get(value[0])?.out(value[1]) ?? value
  }
  const idOf = (id: string): string => copies.get(id)?.id ?? id

  for (const [id, made] of copies) {
    const original = graph.node(id)
    made.showAs(id)
    for (const [name, value] of Object.entries(inputsOf(original))) made.set(name, inCopy(value))
    const { _loop_body: inner, _loop_end: innerEnd } = original
    if (inner && innerEnd !== undefined) made.enclose(inner.map(idOf), idOf(innerEnd))
  }
  return inCopy
}

function numbered(name: string, values: readonly unknown[]): Json {
  return Object.fromEntries(values.map((value, index) => [`${name}${index}`, value]))
}
