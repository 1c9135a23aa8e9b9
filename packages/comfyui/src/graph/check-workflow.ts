/** Refuses graphs that no host must see: ComfyUI accepts some that kill its executor for good. */
import { andMore, isUiFormat, type Workflow, workflowSchema } from '@safelight/shared'
import type { NodeClasses } from '../client/types.ts'
import { boundProblems, cleanText } from '../failure/bound-problems.ts'
import { findCycle } from './cycles.ts'
import { type GraphErrors, type GraphProblem, checkNodes, type NodeCheck } from './check-nodes.ts'
import { outputNodesOf } from './outputs.ts'

export interface CheckOptions {
  /** What the hosts know; null or absent when no host is known, then classes are not judged. */
  classes?: NodeClasses | null
  limits?: { maxNodes?: number; maxBytes?: number }
  /** How large it is as text; measured unless known. */
  bytes?: number
}

export type WorkflowCheck =
  | { ok: true; workflow: Workflow }
  | {
      ok: false
      code: 'workflow_format_ui' | 'invalid_workflow'
      message: string
      /** Bounded in number and size, however many there are. */
      nodeErrors: GraphErrors
      /** Problems beyond those. */
      moreProblems: number
      /** ComfyUI's type of what is wrong with the whole, where no node is to blame. */
      type?: 'prompt_no_outputs'
    }

const MAX_NODES = 2_000
const MAX_BYTES = 4 * 1024 * 1024
/** Characters that ids may have on average in a graph of the most nodes. */
const ID_LENGTH_PER_NODE = 64
const MESSAGE_MAX = 1_000

/**
 * Checks an API-format graph: shape of every node, links that point to existing nodes and slots, no
 * cycles, at least one output, known node classes (when hosts are known), size.
 */
export function checkWorkflow(candidate: unknown, options: CheckOptions = {}): WorkflowCheck {
  if (!isObject(candidate)) return invalid('The workflow must be an object: node id → node.')
  if (isUiFormat(candidate)) {
    return {
      ok: false,
      code: 'workflow_format_ui',
      message:
        'This is the editor’s save format (nodes and links). Export it with “Export (API)” and submit that.',
      nodeErrors: {},
      moreProblems: 0,
    }
  }
  const tooLarge = checkSize(candidate, options)
  if (tooLarge) return invalid(tooLarge)
  const nodes = checkNodes(candidate, options.classes ?? null)
  const first = firstProblem(nodes.errors)
  if (first) return invalid(first, nodes)
  const parsed = workflowSchema.safeParse(candidate)
  if (!parsed.success) return invalid(toText(parsed.error.issues[0]?.path ?? []))
  return checkWhole(parsed.data, options.classes ?? null)
}

function toText([nodeId, field = 'class_type']: PropertyKey[]): string {
  return `Node ${String(nodeId)}: \`${String(field)}\` is of the wrong type.`
}

function checkWhole(workflow: Workflow, classes: NodeClasses | null): WorkflowCheck {
  const cycle = findCycle(workflow)
  if (cycle) {
    const problem = cycleProblem(cycle)
    const at = cycle[0] ?? ''
    const nodeErrors = { [at]: { class_type: workflow[at]?.class_type ?? null, errors: [problem] } }
    return invalid(problem.message, { errors: nodeErrors, more: 0 })
  }
  if (classes && outputNodesOf(workflow, classes).length === 0) {
    const message = 'The workflow has no output node: add one that saves or previews something.'
    return { ...invalid(message), type: 'prompt_no_outputs' }
  }
  return { ok: true, workflow }
}

function cycleProblem(cycle: string[]): GraphProblem {
  return {
    type: 'dependency_cycle',
    message: `Nodes depend on each other in a circle: ${toCircle(cycle)}`,
    details: cycle.join(', '),
    extra_info: { cycle_nodes: cycle },
  }
}

/** Enough of a circle to find it. */
const SHOWN_OF_CYCLE = 12

function toCircle(cycle: string[]): string {
  const shown = cycle.slice(0, SHOWN_OF_CYCLE)
  const rest = cycle.length > shown.length ? [andMore(cycle.length - shown.length)] : []
  return [...shown, ...rest, cycle[0]].join(' → ')
}

function checkSize(candidate: object, { limits = {}, bytes: known }: CheckOptions): string | null {
  const { maxNodes = MAX_NODES, maxBytes = MAX_BYTES } = limits
  const count = Object.keys(candidate).length
  if (count === 0) return 'The workflow is empty.'
  if (count > maxNodes) return `The workflow has ${count} nodes; at most ${maxNodes} are allowed.`
  // they are in the record and in events; the ids people have are some characters long
  const idLength = Object.keys(candidate).reduce((sum, id) => sum + id.length, 0)
  const mostIdLength = maxNodes * ID_LENGTH_PER_NODE
  if (idLength > mostIdLength) {
    return `The ids of the nodes have ${idLength} characters together; at most ${mostIdLength} are allowed.`
  }
  const bytes = known ?? new TextEncoder().encode(JSON.stringify(candidate)).byteLength
  return bytes > maxBytes
    ? `The workflow has ${bytes} bytes; at most ${maxBytes} are allowed.`
    : null
}

function firstProblem(errors: GraphErrors): string | null {
  for (const [id, node] of Object.entries(errors)) {
    const problem = node.errors[0]
    if (problem)
      return `Node ${id}${node.class_type ? ` (${node.class_type})` : ''}: ${problem.message}`
  }
  return null
}

function invalid(
  message: string,
  found: NodeCheck = { errors: {}, more: 0 },
): WorkflowCheck & { ok: false } {
  const { nodeErrors, more } = boundProblems(found.errors)
  const moreProblems = found.more + more
  const text = cleanText(message, MESSAGE_MAX)
  return {
    ok: false,
    code: 'invalid_workflow',
    message: moreProblems > 0 ? `${text} (${andMore(moreProblems)} problems)` : text,
    nodeErrors,
    moreProblems,
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
