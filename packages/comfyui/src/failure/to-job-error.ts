/** What a node raised → the `JobError` people see: a stable code, plain words, no host paths. */
import { cutText, type JobError, NODE_NAME_MAX } from '@safelight/shared'
import type { NodeFailure } from '../protocol/host-message.ts'
import { boundJobError, cleanTraceback } from './bound-job-error.ts'

/** By exception type only: message texts change with versions and languages. */
const OUT_OF_MEMORY = /(^|\.)(OutOfMemoryError|OOMError|OOM_EXCEPTION|MemoryError)$/i

export function toJobError(failure: NodeFailure): JobError {
  const exceptionType = cutText(failure.exceptionType, NODE_NAME_MAX)
  const text = failure.message || exceptionType || 'The node failed without a message.'
  return boundJobError({
    code: OUT_OF_MEMORY.test(exceptionType) ? 'out_of_memory' : 'node_execution_error',
    message: text,
    node_id: failure.nodeId,
    class_type: failure.nodeType,
    traceback: failure.traceback.length > 0 ? cleanTraceback(failure.traceback) : null,
  })
}
