/** Whether a graph may run, which of its outputs will, and what is wrong with the rest. */
import type { PromptGraph, PromptNode } from '../graph/prompt-graph.ts'
import type { NodeDefinitions } from '../nodes/node-classes.ts'
import type { NodeEnvironment } from '../nodes/node-class.ts'
import { PythonError } from '../python-error.ts'
import { isRecord, type Json, readText } from '../record.ts'
import {
  type NodeProblem,
  type PromptProblem,
  promptProblem,
  validationException,
} from './node-errors.ts'
import { isBoundary, type LoopProblem, validateLoops } from './validate-loops.ts'
import { type Validation, validateInputs, type ValidationResult } from './validate-inputs.ts'

export interface PromptValidation {
  /** null: it runs, perhaps with fewer outputs than it has. */
  readonly error: PromptProblem | null
  readonly outputs: readonly string[]
  readonly nodeErrors: Readonly<Record<string, NodeProblem>>
  readonly graph: PromptGraph
}

export interface ValidationDeps {
  readonly classes: NodeDefinitions
  readonly environment: NodeEnvironment
}

/** `targets`: only these outputs are asked for. Throws on what ComfyUI answers with a 500. */
export function validatePrompt(
  deps: ValidationDeps,
  prompt: unknown,
  targets: readonly unknown[] | null,
): PromptValidation {
  // without a prototype: a node may be called `__proto__`
  const graph: Record<string, PromptNode> = Object.create(null)
  const outputs: string[] = []
  for (const [nodeId, node] of entriesOf(prompt)) {
    const classType = classTypeOf(node)
    const nodeClass = classType === null ? undefined : deps.classes.get(classType)
    if (!isRecord(node) || classType === null || !nodeClass) {
      return refused(unknownNode(deps.environment, { nodeId, node, classType }))
    }
    // The inputs stay the submitted object: validation corrects values in it, and history shows them.
    graph[nodeId] = toPromptNode(node, classType)
    const isWanted = targets === null || targets.includes(nodeId)
    if (nodeClass.outputNode && isWanted) outputs.push(nodeId)
  }
  if (outputs.length === 0)
    return refused(promptProblem('prompt_no_outputs', 'Prompt has no outputs'))
  return validateOutputs({ ...deps, graph, results: new Map(), path: [] }, outputs)
}

/** Keeps everything the client sent (`_meta` too): /queue and /history give it back. */
function toPromptNode(node: Json, classType: string): PromptNode {
  const { inputs } = node
  return { ...node, class_type: classType, ...(isRecord(inputs) ? { inputs } : {}) }
}

function entriesOf(prompt: unknown): [string, unknown][] {
  if (!isRecord(prompt)) throw new PythonError('TypeError', 'the prompt is not an object')
  return Object.entries(prompt)
}

function classTypeOf(node: unknown): string | null {
  if (typeof node === 'string') return null
  if (!isRecord(node)) throw new PythonError('TypeError', 'a node is not an object')
  return readText(node['class_type']) ?? null
}

function validateOutputs(validation: Validation, outputs: readonly string[]): PromptValidation {
  let good: string[] = []
  const nodeErrors: Record<string, NodeProblem> = Object.create(null)
  const summaries: string[] = []

  for (const outputId of outputs) {
    const result = validateOutput(validation, outputId)
    if (result.isValid) {
      good.push(outputId)
      continue
    }
    summaries.push(...result.reasons.map(({ message, details }) => `${message}: ${details}`))
    // Nodes that are only downstream of a fault have no reasons of their own and are left out.
    for (const [nodeId, { isValid, reasons }] of validation.results) {
      if (isValid || reasons.length === 0) continue
      const class_type = validation.graph[nodeId]?.class_type ?? ''
      const problem = nodeErrors[nodeId] ?? { errors: reasons, dependent_outputs: [], class_type }
      nodeErrors[nodeId] = problem
      problem.dependent_outputs.push(outputId)
    }
  }

  const { graph } = validation
  const problem = loopProblem(validation, outputs)
  if (problem) {
    for (const nodeId of problem.nodeIds) {
      const class_type = graph[nodeId]?.class_type ?? ''
      const known = nodeErrors[nodeId]
      nodeErrors[nodeId] = {
        errors: [...(known?.errors ?? []), problem.reason],
        dependent_outputs: [...(known?.dependent_outputs ?? []), ...problem.outputIds],
        class_type,
      }
    }
    summaries.push(`${problem.reason.message}: ${problem.reason.details}`)
    good = good.filter((id) => !problem.outputIds.includes(id))
  }
  if (good.length > 0) return { error: null, outputs: good, nodeErrors, graph }
  const error = promptProblem(
    'prompt_outputs_failed_validation',
    'Prompt outputs failed validation',
    {
      details: summaries.join('\n'),
    },
  )
  return { error, outputs: [], nodeErrors, graph }
}

/** Loops are looked at where there is no cycle; what is found well is written into the graph. */
function loopProblem(validation: Validation, outputs: readonly string[]): LoopProblem | null {
  const { graph, environment, results } = validation
  if (!environment.traits.newest || !Object.values(graph).some(isBoundary)) return null
  const hasCycle = [...results.values()].some(({ reasons }) =>
    reasons.some(({ type }) => type === 'dependency_cycle'),
  )
  if (hasCycle) return null
  const found = validateLoops(graph, outputs)
  if ('reason' in found) return found
  for (const [startId, { body, endId }] of found.loops) {
    const start = graph[startId]
    if (start) validation.graph[startId] = { ...start, _loop_body: body, _loop_end: endId }
  }
  return null
}

function validateOutput(validation: Validation, outputId: string): ValidationResult {
  try {
    return validateInputs(validation, outputId)
  } catch (error) {
    const result = { isValid: false, reasons: [validationException(error)] }
    validation.results.set(outputId, result)
    return result
  }
}

interface UnknownNode {
  readonly nodeId: string
  readonly node: unknown
  readonly classType: string | null
}

function unknownNode(
  { traits }: NodeEnvironment,
  { nodeId, node, classType }: UnknownNode,
): PromptProblem {
  const details = `Node ID '#${nodeId}'`
  if (!traits.namesMissingNodes) {
    const message =
      classType === null
        ? 'Cannot execute because a node is missing the class_type property.'
        : `Cannot execute because node ${classType} does not exist.`
    return promptProblem('invalid_prompt', message, { details })
  }
  const meta = isRecord(node) ? node['_meta'] : undefined
  const title = (isRecord(meta) ? readText(meta['title']) : undefined) ?? classType
  const message =
    classType === null
      ? `Node 'ID #${nodeId}' has no class_type. The workflow may be corrupted or a custom node is missing.`
      : `Node '${title}' not found. The custom node may not be installed.`
  const extra_info = { node_id: nodeId, class_type: classType, node_title: title }
  return promptProblem('missing_node_type', message, { details, extra_info })
}

function refused(error: PromptProblem): PromptValidation {
  return { error, outputs: [], nodeErrors: {}, graph: {} }
}
