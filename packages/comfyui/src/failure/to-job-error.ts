/** What a node raised → the `JobError` people see: a stable code, plain words, no host paths. */
import type { JobError } from '@safelight/shared'
import type { NodeFailure } from '../protocol/host-message.ts'
import { toDeviceFailure } from './device-fault.ts'

const MAX_MESSAGE = 2_000
const MAX_TRACEBACK = 8_000

export function toJobError(failure: NodeFailure): JobError {
  const outOfMemory = toDeviceFailure(failure) === 'out_of_memory'
  const text = failure.message || failure.exceptionType || 'The node failed without a message.'
  return {
    code: outOfMemory ? 'out_of_memory' : 'node_execution_error',
    message: stripPaths(text).slice(0, MAX_MESSAGE),
    node_id: failure.nodeId,
    class_type: failure.nodeType,
    traceback:
      failure.traceback.length > 0
        ? stripPaths(failure.traceback.join('')).slice(-MAX_TRACEBACK)
        : null,
  }
}

/** What a folder may be called in a traceback: any script, spaces too, but nothing that ends a path. */
const FOLDER = String.raw`[^\\/\n"':*?<>|()[\]{},;]+`
const FILE = String.raw`[^\\/\s"':*?<>|()[\]{},;]+`
const UNIX_PATH = new RegExp(String.raw`(?<![\p{L}\p{N}_:/.])/(?:${FOLDER}/)+(${FILE})`, 'gu')
const WINDOWS_PATH = new RegExp(String.raw`\b[A-Za-z]:\\(?:${FOLDER}\\)+(${FILE})`, 'gu')

/** Absolute paths tell where the host keeps its things: only their last part stays. */
export function stripPaths(text: string): string {
  return text.replace(UNIX_PATH, '$1').replace(WINDOWS_PATH, '$1')
}
