/** One node's inputs, and through its links everything upstream of it. */
import { inputsOf, type PromptGraph, type PromptNode } from '../graph/prompt-graph.ts'
import type { NodeDefinitions } from '../nodes/node-classes.ts'
import {
  type InputInfo,
  inputInfo,
  inputsOfNode,
  type NodeDefinition,
  type NodeEnvironment,
} from '../nodes/node-class.ts'
import { keyError, PythonError } from '../python-error.ts'
import type { Json } from '../record.ts'
import { MATCH_TYPE } from '../nodes/inputs.ts'
import { checkValue } from './check-value.ts'
import { innerException, type Reason } from './node-errors.ts'

export interface ValidationResult {
  readonly isValid: boolean
  readonly reasons: readonly Reason[]
}

export interface Validation {
  /** Loops are marked in it once they are found well. */
  readonly graph: Record<string, PromptNode>
  readonly classes: NodeDefinitions
  readonly environment: NodeEnvironment
  /** Results so far, in the order nodes were first validated. */
  readonly results: Map<string, ValidationResult>
  /** From the output down to the node being validated. */
  readonly path: string[]
}

/** Throws what ComfyUI would throw; the caller turns it into a reason. Corrects values in place. */
export function validateInputs(validation: Validation, nodeId: string): ValidationResult {
  const known = validation.results.get(nodeId)
  if (known) return known
  const start = validation.path.indexOf(nodeId)
  if (start >= 0) return refuseCycle(validation, validation.path.slice(start))

  validation.path.push(nodeId)
  try {
    const result = validateNode(validation, nodeId)
    // A cycle below may have validated this node already.
    const earlier = validation.results.get(nodeId)
    if (earlier) return earlier
    validation.results.set(nodeId, result)
    return result
  } finally {
    validation.path.pop()
  }
}

function validateNode(validation: Validation, nodeId: string): ValidationResult {
  const node = nodeAt(validation.graph, nodeId)
  const inputs = inputsOf(node)
  const nodeClass = validation.classes.get(node.class_type)
  if (!nodeClass) throw keyError(node.class_type)
  const declared = inputsOfNode(nodeClass, validation.environment, inputs)
  const names = Object.keys({ ...declared.required, ...declared.optional })
  const reasons: Reason[] = []
  let isUpstreamValid = true

  for (const name of names) {
    const info = inputInfo(declared, name)
    if (!info) continue
    if (!Object.hasOwn(inputs, name)) {
      if (info.category === 'required') reasons.push(missing(name))
      continue
    }
    const value = inputs[name]
    if (Array.isArray(value)) {
      const found = validateLink(validation, { name, info, link: value })
      if (found === 'invalid') isUpstreamValid = false
      else if (found) reasons.push(found)
      continue
    }
    const checked = checkValue({
      name,
      type: info.type,
      options: info.options,
      value,
      skipsRange: nodeClass.validates?.[name] !== undefined,
    })
    if ('reason' in checked) reasons.push(checked.reason)
    else inputs[name] = checked.value
  }
  reasons.push(...ownChecks(nodeClass, inputs, validation.environment))
  return { isValid: reasons.length === 0 && isUpstreamValid, reasons }
}

interface LinkedInput {
  readonly name: string
  readonly info: InputInfo
  readonly link: readonly unknown[]
}

/** A reason against this node, 'invalid' when the fault lies upstream, or null. */
function validateLink(
  validation: Validation,
  { name, info, link }: LinkedInput,
): Reason | 'invalid' | null {
  const config = { input_name: name, input_config: [info.type, info.options] }
  if (link.length !== 2) {
    return {
      type: 'bad_linked_input',
      message: 'Bad linked input, must be a length-2 list of [node_id, slot_index]',
      details: name,
      extra_info: { ...config, received_value: link },
    }
  }
  const [sourceId, slot] = link
  // A number is no key of a JSON object: Python finds nothing there.
  if (typeof sourceId !== 'string') throw keyError(sourceId)
  const source = nodeAt(validation.graph, sourceId)
  const outputs = validation.classes.get(source.class_type)?.outputs ?? []
  const received = typeof slot === 'number' ? outputs[slot]?.type : undefined
  if (received === undefined) throw new PythonError('IndexError', 'tuple index out of range')
  if (!isAccepted(received, info.type)) {
    const wanted = typeof info.type === 'string' ? info.type : 'COMBO'
    return {
      type: 'return_type_mismatch',
      message: 'Return type mismatch between linked nodes',
      details: `${name}, received_type(${received}) mismatch input_type(${wanted})`,
      extra_info: { ...config, received_type: received, linked_node: link },
    }
  }
  try {
    return validateInputs(validation, sourceId).isValid ? null : 'invalid'
  } catch (error) {
    const reason = innerException(error, { ...config, linked_node: link })
    validation.results.set(sourceId, { isValid: false, reasons: [reason] })
    return 'invalid'
  }
}

function isAccepted(received: string, wanted: InputInfo['type']): boolean {
  if (typeof wanted !== 'string') return received === 'COMBO' || received === '*'
  // what a matching type matches is the page's business
  if ([received, wanted].some((type) => type === '*' || type === MATCH_TYPE)) return true
  const offered = new Set(received.split(','))
  return wanted.split(',').some((type) => offered.has(type))
}

function nodeAt(graph: PromptGraph, nodeId: string) {
  const node = Object.hasOwn(graph, nodeId) ? graph[nodeId] : undefined
  if (!node) throw keyError(nodeId)
  return node
}

function missing(name: string): Reason {
  return {
    type: 'required_input_missing',
    message: 'Required input is missing',
    details: name,
    extra_info: { input_name: name },
  }
}

function ownChecks(
  nodeClass: NodeDefinition,
  inputs: Json,
  environment: NodeEnvironment,
): Reason[] {
  const ofNode = nodeClass.validatesNode?.(inputs, environment) ?? null
  const whole = ofNode === null ? [] : [customFailure(ofNode, {})]
  const single = Object.entries(nodeClass.validates ?? {}).flatMap(([name, check]) => {
    if (!Object.hasOwn(inputs, name) || Array.isArray(inputs[name])) return []
    const problem = check(inputs[name], environment)
    if (problem === null) return []
    return [customFailure(`${name} - ${problem}`, { input_name: name })]
  })
  const dynamic = nodeClass.invalidDynamicInput?.(inputs) ?? null
  return [...(dynamic === null ? [] : [invalidDynamicInput(dynamic)]), ...whole, ...single]
}

function invalidDynamicInput(name: string): Reason {
  const message = 'Invalid dynamic input'
  return { type: 'invalid_dynamic_input', message, details: name, extra_info: { input_name: name } }
}

function customFailure(details: string, extra_info: Json): Reason {
  const message = 'Custom validation failed for node'
  return { type: 'custom_validation_failed', message, details, extra_info }
}

/** New servers name the nodes of a cycle; old ones recurse until Python gives up and say nothing. */
function refuseCycle(validation: Validation, cycle: readonly string[]): ValidationResult {
  const label = (id: string): string => `${id} (${nodeAt(validation.graph, id).class_type})`
  const details = [...cycle, cycle[0] ?? ''].map(label).join(' -> ')
  const isNamed = validation.environment.traits.namesCycles
  for (const nodeId of cycle) {
    const reason: Reason = {
      type: 'dependency_cycle',
      message: 'Dependency cycle detected',
      details,
      extra_info: { node_id: nodeId, cycle_nodes: cycle },
    }
    validation.results.set(nodeId, { isValid: false, reasons: isNamed ? [reason] : [] })
  }
  return { isValid: false, reasons: [] }
}
