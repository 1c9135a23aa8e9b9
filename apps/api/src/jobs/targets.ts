/** The outputs that a submission asks for, when it does not ask for all. */
import { type NodeClasses, outputNodesOf } from '@safelight/comfyui'
import {
  type ApiError,
  cutText,
  LINE_MAX,
  type SubmitRequest,
  type Workflow,
} from '@safelight/shared'
import { toWorkflowError } from './invalid-workflow.ts'

/**
 * @param classes null while no host is known: then any node may be an output
 * @returns null when all are asked for
 * @throws ApiError when one is no output of the workflow: a host would run the others and say nothing
 */
export function readTargets(
  { partial_execution_targets: targets }: SubmitRequest,
  workflow: Workflow,
  classes: NodeClasses | null,
): readonly string[] | null {
  if (!targets) return null
  const outputs = new Set(classes ? outputNodesOf(workflow, classes) : Object.keys(workflow))
  const other = targets.find((id) => !outputs.has(id))
  if (other !== undefined) throw noOutput(other, Object.hasOwn(workflow, other))
  return [...new Set(targets)]
}

function noOutput(id: string, isNode: boolean): ApiError {
  const what = isNode ? 'is no output node' : 'does not exist'
  return toWorkflowError(
    'invalid_workflow',
    `partial_execution_targets: node ${cutText(id, LINE_MAX)} ${what}.`,
    { nodeErrors: {}, more: 0, type: 'prompt_no_outputs' },
  )
}
