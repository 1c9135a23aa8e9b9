/** A workflow that is refused, with what is wrong with which of its nodes. */
import type { BoundedProblems } from '@safelight/comfyui'
import { ApiError, type ApiErrorCode } from '@safelight/shared'

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
