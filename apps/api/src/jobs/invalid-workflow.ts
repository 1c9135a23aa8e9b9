/** A workflow that is refused, with what is wrong with which of its nodes. */
import { type BoundedProblems, boundProblems, type Problem } from '@safelight/comfyui'
import { ApiError, type ApiErrorCode } from '@safelight/shared'

export interface NodeProblem {
  nodeId: string
  className: string | null
  problem: Problem
}

/** Node by node, cut to what an answer can carry. */
export function groupByNode(problems: readonly NodeProblem[]): BoundedProblems {
  const nodes = new Map<string, { class_type: string | null; errors: Problem[] }>()
  for (const { nodeId, className, problem } of problems) {
    const node = nodes.get(nodeId) ?? { class_type: className, errors: [] }
    nodes.set(nodeId, node)
    node.errors.push(problem)
  }
  return boundProblems(Object.fromEntries(nodes))
}

const MESSAGE_MAX_PROBLEMS = 3

/** What every host would refuse. @param toText a problem in few words */
export function noHostRunsIt(
  problems: BoundedProblems,
  toText: (problem: Problem) => string,
): ApiError {
  const shown = Object.entries(problems.nodeErrors)
    .flatMap(([id, { class_type: name, errors }]) =>
      errors.map((problem) => `Node ${id} (${name}): ${toText(problem)}`),
    )
    .slice(0, MESSAGE_MAX_PROBLEMS)
  const message = `No host can run it. ${shown.join('. ')}.`
  return toWorkflowError('invalid_workflow', message, problems)
}

/**
 * @param more problems that were left out of `nodeErrors`
 * @param type ComfyUI's type of what is wrong with the workflow as a whole
 */
export function toWorkflowError(
  code: ApiErrorCode,
  message: string,
  {
    nodeErrors,
    more,
    type,
  }: { nodeErrors: BoundedProblems['nodeErrors']; more: number; type?: 'prompt_no_outputs' },
): ApiError {
  return new ApiError(code, message, {
    details: {
      node_errors: nodeErrors,
      ...(more > 0 ? { more_problems: more } : {}),
      ...(type ? { type } : {}),
    },
  })
}
