/** Node by node: shape, class, links. Problems use ComfyUI's own error types, so clients handle one vocabulary. */
import type { NodeClasses } from '../client/types.ts'
import { cutText, LINE_MAX, NODE_NAME_MAX, PROBLEMS_MAX, toLink } from '@safelight/shared'

export interface GraphProblem {
  type: string
  message: string
  details: string
  extra_info: Record<string, unknown>
}
/** Node id → what is wrong with it. */
export type GraphErrors = Record<string, { class_type: string | null; errors: GraphProblem[] }>

type Graph = Record<string, unknown>

export interface NodeCheck {
  errors: GraphErrors
  /** Problems that were found and not kept: a graph can have 90,000 of them. */
  more: number
}

/** @param classes what hosts know, or null: then no class is judged */
export function checkNodes(graph: Graph, classes: NodeClasses | null): NodeCheck {
  const errors: [string, GraphErrors[string]][] = []
  let left = PROBLEMS_MAX
  let more = 0
  for (const [id, node] of Object.entries(graph)) {
    const problems = checkNode(id, node, { graph, classes })
    const kept = problems.slice(0, left)
    left -= kept.length
    more += problems.length - kept.length
    if (kept.length > 0) errors.push([id, { class_type: classOf(node), errors: kept }])
  }
  return { errors: Object.fromEntries(errors), more }
}

interface Context {
  graph: Graph
  classes: NodeClasses | null
}

function checkNode(id: string, node: unknown, context: Context): GraphProblem[] {
  if (id.length > NODE_NAME_MAX) return [tooLong('id', NODE_NAME_MAX)]
  if (!isObject(node))
    return [problem('invalid_node', 'A node must be an object with class_type and inputs.')]
  const className = classOf(node)
  if (!className) return [problem('missing_node_type', 'The node has no class_type.')]
  if (className.length > NODE_NAME_MAX) return [tooLong('class_type', NODE_NAME_MAX)]
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

/** Both are in every event of the job. */
function tooLong(what: string, max: number): GraphProblem {
  return problem('invalid_node', `The ${what} of a node may have at most ${max} characters.`)
}

/** ComfyUI takes every list of two for a link (a literal list is wrapped in `__value__`). */
function checkInput(name: string, value: unknown, context: Context): GraphProblem[] {
  if (!Array.isArray(value) || value.length !== 2) return []
  const label = cutText(name, LINE_MAX)
  const about = { details: name, extra_info: { input_name: name, received_value: value } }
  const link = toLink(value)
  if (!link) {
    return [problem('bad_linked_input', `Input '${label}' must link as ["node id", slot].`, about)]
  }
  if (!Object.hasOwn(context.graph, link.from)) {
    return [
      problem(
        'bad_linked_input',
        `Input '${label}' links to node ${cutText(link.from, LINE_MAX)}, which does not exist.`,
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
        `Input '${label}' links to slot ${link.slot} of node ${cutText(link.from, LINE_MAX)}, which does not exist.`,
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
