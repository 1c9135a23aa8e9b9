/** The one way of a foreign error into a job: without paths, and of a size that a record, an event and a message can carry. */
import {
  andMore,
  boundJson,
  cutText,
  JOB_ERROR_MAX_BYTES,
  type JobError,
  jsonBytes,
  NODE_NAME_MAX,
} from '@safelight/shared'
import type { PromptRejected } from '../errors.ts'
import { boundProblems, cleanText } from './bound-problems.ts'
import { stripPaths } from './strip-paths.ts'

const MESSAGE_MAX = 2_000
/** The problems say the rest. */
const REJECTION_MAX = 1_000
const TRACEBACK_MAX = 8_000
/** What is looked at of a longer traceback: paths become shorter, so more than what is kept. */
const TRACEBACK_LOOKED_AT = 4 * TRACEBACK_MAX
const DETAILS_MAX_BYTES = 8 * 1024

/** Texts and details cut, paths taken out; `details` that are bounded already stay as they are. */
export function boundJobError(error: JobError): JobError {
  const { node_id, class_type, traceback } = error
  const bounded: JobError = {
    ...error,
    message: cleanText(error.message, MESSAGE_MAX),
    ...(typeof node_id === 'string' && { node_id: cutText(node_id, NODE_NAME_MAX) }),
    ...(typeof class_type === 'string' && { class_type: cutText(class_type, NODE_NAME_MAX) }),
    ...(typeof traceback === 'string' && { traceback: cleanTraceback([traceback]) }),
  }
  if (jsonBytes(bounded) <= JOB_ERROR_MAX_BYTES) return bounded
  // in the worst case it says less, but it says it
  const { traceback: _long, ...short } = bounded
  const details = boundJson(error.details ?? {}, DETAILS_MAX_BYTES, stripPaths)
  return { ...short, details: details as Record<string, unknown> }
}

/** What a host refused, and why. */
export function toRejectionError(error: PromptRejected): JobError {
  const { nodeErrors, more } = boundProblems(error.nodeErrors)
  const message = cleanText(error.message, REJECTION_MAX)
  return boundJobError({
    code: 'invalid_workflow',
    message: more ? `${message} (${andMore(more)})` : message,
    details: {
      reason: cleanText(error.reason, NODE_NAME_MAX),
      node_errors: nodeErrors,
      ...(more ? { more_problems: more } : {}),
    },
  })
}

/** The end of a traceback, where it says what broke. */
export function cleanTraceback(lines: readonly string[]): string {
  const end: string[] = []
  let length = 0
  for (let at = lines.length - 1; at >= 0 && length < TRACEBACK_LOOKED_AT; at -= 1) {
    const line = (lines[at] ?? '').slice(-TRACEBACK_LOOKED_AT)
    end.push(line)
    // so that empty ones come to an end as well
    length += line.length + 1
  }
  const text = end.reverse().join('').slice(-TRACEBACK_LOOKED_AT)
  return stripPaths(fromLineStart(text, lines)).slice(-TRACEBACK_MAX)
}

/** A line that was cut may begin in the middle of a path: it goes, or is read as one. */
function fromLineStart(text: string, lines: readonly string[]): string {
  const whole = lines.reduce((sum, line) => sum + line.length, 0)
  if (whole === text.length) return text
  const at = text.indexOf('\n')
  return at < 0 ? `/…${text}` : text.slice(at + 1)
}
