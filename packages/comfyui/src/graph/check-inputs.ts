/**
 * What one host is certain to refuse a graph for, by what it said of its node classes.
 *
 * It looks at what its outputs need along the inputs it knows, and at nothing else; an output that needs a node with a
 * problem is dropped, and the rest runs. Of what cannot be known (custom nodes with checks of their own, inputs that
 * come and go with the value of another) the host is the judge.
 */
import { memberOf, PROBLEMS_MAX, toLink, type Workflow, type WorkflowNode } from '@safelight/shared'
import type { NodeClass, NodeClasses, NodeInput } from '../client/types.ts'
import type { GraphProblem } from './check-nodes.ts'
import { checkValue, toConfig } from './check-values.ts'
import { outputNodesOf } from './outputs.ts'

export interface InputVerdict {
  /** Output nodes that are asked for. */
  outputs: string[]
  /** Those of them that it would not drop. */
  good: string[]
  /** Node id → what it refuses it for, and, of the first hundred, the outputs that this costs. */
  problems: Map<string, { class_type: string; errors: GraphProblem[]; dependent_outputs: string[] }>
}

/** @param targets only these outputs are asked for; null: all there are */
export function judgeInputs(
  workflow: Workflow,
  classes: NodeClasses,
  targets: readonly string[] | null = null,
): InputVerdict {
  const outputs = outputNodesOf(workflow, classes).filter((id) => targets?.includes(id) ?? true)
  const users = new Map<string, string[]>()
  const problems: InputVerdict['problems'] = new Map()
  const seen = new Set<string>()
  const pending = [...outputs]
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const node = memberOf(workflow, id)
    if (!node || seen.has(id)) continue
    seen.add(id)
    const { errors, sources } = judgeNode(node, { workflow, classes })
    if (errors.length > 0)
      problems.set(id, { class_type: node.class_type, errors, dependent_outputs: [] })
    for (const source of sources) {
      const known = users.get(source)
      if (known) known.push(id)
      else users.set(source, [id])
      pending.push(source)
    }
  }
  const dropped = climb([...problems.keys()], users)
  // of the others nothing more is told than how many there are
  for (const [id, found] of [...problems].slice(0, PROBLEMS_MAX)) {
    const needing = climb([id], users)
    found.dependent_outputs = outputs.filter((output) => needing.has(output))
  }
  return { outputs, good: outputs.filter((id) => !dropped.has(id)), problems }
}

/** All that need one of these, themselves included. */
function climb(ids: readonly string[], users: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>()
  const pending = [...ids]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (reached.has(next)) continue
    reached.add(next)
    for (const user of users.get(next) ?? []) pending.push(user)
  }
  return reached
}

interface Context {
  workflow: Workflow
  classes: NodeClasses
}

function judgeNode(
  node: WorkflowNode,
  context: Context,
): { errors: GraphProblem[]; sources: Set<string> } {
  const errors: GraphProblem[] = []
  const sources = new Set<string>()
  const nodeClass = memberOf(context.classes, node.class_type)
  for (const [name, input] of Object.entries(nodeClass?.inputs ?? {})) {
    if (!nodeClass || isDynamic(input)) continue
    if (!Object.hasOwn(node.inputs, name)) {
      if (input.required) errors.push(missing(name))
      continue
    }
    const value = node.inputs[name]
    if (!Array.isArray(value)) {
      const found = checkValue({ name, input, value, own: nodeClass.own === true })
      if (found) errors.push(found)
      continue
    }
    const link = toLink(value)
    const found = link ? mismatch({ name, input, nodeClass, value }, context) : noLink(name, value)
    if (found) errors.push(found)
    // where types do not match, it looks no further
    else if (link) sources.add(link.from)
  }
  return { errors, sources }
}

/** Replaced by others, depending on the graph, before anything is checked: `COMFY_AUTOGROW_V3` and its kin. */
function isDynamic({ type }: NodeInput): boolean {
  return type.startsWith('COMFY_') && type !== 'COMFY_MATCHTYPE_V3'
}

interface LinkedInput {
  name: string
  input: NodeInput
  nodeClass: NodeClass
  value: unknown[]
}

/** Both ends are ComfyUI's own: custom nodes have names of types that are equal to every other. */
function mismatch(
  { name, input, nodeClass, value }: LinkedInput,
  { workflow, classes }: Context,
): GraphProblem | null {
  const link = toLink(value)
  const source = link && memberOf(workflow, link.from)
  const sourceClass = source && memberOf(classes, source.class_type)
  const received = link && sourceClass?.types?.[link.slot]
  if (nodeClass.own !== true || sourceClass?.own !== true || !received) return null
  if (accepts(input.type, received)) return null
  return {
    type: 'return_type_mismatch',
    message: 'Return type mismatch between linked nodes',
    details: `${name}, received_type(${received}) mismatch input_type(${input.type})`,
    extra_info: {
      input_name: name,
      input_config: toConfig(input),
      received_type: received,
      linked_node: value,
    },
  }
}

/** Types are compared as ComfyUI does: one in common will do. What matches anything is the page's business. */
function accepts(wanted: string, received: string): boolean {
  if (wanted === received) return true
  const offered = received.split(',').map((type) => type.trim())
  const taken = wanted.split(',').map((type) => type.trim())
  if ([...offered, ...taken].some((type) => type === '*' || type.startsWith('COMFY_'))) return true
  return taken.some((type) => offered.includes(type))
}

function missing(name: string): GraphProblem {
  return {
    type: 'required_input_missing',
    message: 'Required input is missing',
    details: name,
    extra_info: { input_name: name },
  }
}

function noLink(name: string, value: unknown[]): GraphProblem {
  return {
    type: 'bad_linked_input',
    message: 'Bad linked input, must be a length-2 list of [node_id, slot_index]',
    details: name,
    extra_info: { input_name: name, received_value: value },
  }
}
