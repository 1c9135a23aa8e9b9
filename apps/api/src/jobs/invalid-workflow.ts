/** A workflow that is refused, with what is wrong with which of its nodes. */
import type { BoundedProblems } from '@safelight/comfyui'
import { ApiError, type ApiErrorCode } from '@safelight/shared'

/** @param more problems that were left out of `nodeErrors` */
export function toWorkflowError(
  code: ApiErrorCode,
  message: string,
  { nodeErrors, more }: { nodeErrors: BoundedProblems['nodeErrors']; more: number },
): ApiError {
  return new ApiError(code, message, {
    details: { node_errors: nodeErrors, ...(more > 0 ? { more_problems: more } : {}) },
  })
}
