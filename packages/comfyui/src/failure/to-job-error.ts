/** What a node raised → the `JobError` people see: a stable code, plain words, no host paths. */
import { cutText, type JobError, NODE_NAME_MAX } from '@safelight/shared'
import type { NodeFailure } from '../protocol/host-message.ts'
import { boundJobError, cleanTraceback } from './bound-job-error.ts'
import { toDeviceFailure } from './device-fault.ts'

export function toJobError(failure: NodeFailure): JobError {
  const outOfMemory = toDeviceFailure(failure) === 'out_of_memory'
  const exceptionType = cutText(failure.exceptionType, NODE_NAME_MAX)
  const text = failure.message || exceptionType || 'The node failed without a message.'
  return boundJobError({
    code: outOfMemory ? 'out_of_memory' : 'node_execution_error',
    message: text,
    node_id: failure.nodeId,
    class_type: failure.nodeType,
    traceback: failure.traceback.length > 0 ? cleanTraceback(failure.traceback) : null,
  })
}
