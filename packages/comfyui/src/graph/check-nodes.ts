/** Node by node: shape, class, links. Problems use ComfyUI's own error types, so clients handle one vocabulary. */
import type { NodeClasses } from '../client/types.ts'
import { toLink } from '@safelight/shared'

export interface GraphProblem {
  type: string
  message: string
  details: string
  extra_info: Record<string, unknown>
}
/** Node id → what is wrong with it. */
export type GraphErrors = Record<string, { class_type: string | null; errors: GraphProblem[] }>

type Graph = Record<string, unknown>

/** @param classes what hosts know, or null: then no class is judged */
export function checkNodes(graph: Graph, classes: NodeClasses | null): GraphErrors {
  const errors: [string, GraphErrors[string]][] = []
  for (const [id, node] of Object.entries(graph)) {
    const problems = checkNode(node, { graph, classes })
    if (problems.length > 0) errors.push([id, { class_type: classOf(node), errors: problems }])
  }
  return Object.fromEntries(errors)
}

interface Context {
  graph: Graph
  classes: NodeClasses | null
}

function checkNode(node: unknown, context: Context): GraphProblem[] {
  if (!isObject(node))
    return [problem('invalid_node', 'A node must be an object with class_type and inputs.')]
  const className = classOf(node)
  if (!className) return [problem('missing_node_type', 'The node has no class_type.')]
  if (context.classes && !Object.hasOwn(context.classes, className)) {
    return [
      problem(
        'missing_node_type',
        `No host has a node '${className}'. The custom node may not be installed.`,
        {
          extra_info: { class_type: className },
        },
      ),
    ]
  }
  const inputs = node['inputs']
  if (!isObject(inputs)) return [problem('invalid_node', 'The node has no inputs object.')]
  return Object.entries(inputs).flatMap(([name, value]) => checkInput(name, value, context))
}

/** ComfyUI takes every list of two for a link (a literal list is wrapped in `__value__`). */
function checkInput(name: string, value: unknown, context: Context): GraphProblem[] {
  if (!Array.isArray(value) || value.length !== 2) return []
  const about = { details: name, extra_info: { input_name: name, received_value: value } }
  const link = toLink(value)
  if (!link) {
    return [problem('bad_linked_input', `Input '${name}' must link as ["node id", slot].`, about)]
  }
  if (!Object.hasOwn(context.graph, link.from)) {
    return [
      problem(
        'bad_linked_input',
        `Input '${name}' links to node ${link.from}, which does not exist.`,
        about,
      ),
    ]
  }
  const source = classOf(context.graph[link.from])
  const known = source !== null && context.classes && Object.hasOwn(context.classes, source)
  const slots = known ? (context.classes?.[source]?.outputs ?? Infinity) : Infinity
  if (!Number.isInteger(link.slot) || link.slot < 0 || link.slot >= slots) {
    return [
      problem(
        'bad_linked_input',
        `Input '${name}' links to slot ${link.slot} of node ${link.from}, which does not exist.`,
        about,
      ),
    ]
  }
  return []
}

function classOf(node: unknown): string | null {
  const name = isObject(node) ? node['class_type'] : null
  return typeof name === 'string' && name !== '' ? name : null
}

function problem(
  type: string,
  message: string,
  extra: { details?: string; extra_info?: Record<string, unknown> } = {},
): GraphProblem {
  return { type, message, details: extra.details ?? '', extra_info: extra.extra_info ?? {} }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
