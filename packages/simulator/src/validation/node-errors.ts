/** The shapes in which ComfyUI says what is wrong with a graph. */
import { messageOf, pythonTypeOf } from '../python-error.ts'
import type { Json } from '../record.ts'

export interface Reason {
  readonly type: string
  readonly message: string
  readonly details: string
  readonly extra_info: Json
}

export interface NodeProblem {
  readonly errors: readonly Reason[]
  readonly dependent_outputs: string[]
  readonly class_type: string
}

export interface PromptProblem {
  readonly type: string
  readonly message: string
  readonly details: string
  readonly extra_info: Json
}

export function promptProblem(
  type: string,
  message: string,
  more: { details?: string; extra_info?: Json } = {},
): PromptProblem {
  return { type, message, details: more.details ?? '', extra_info: more.extra_info ?? {} }
}

const TRACEBACK = [
  '  File "/opt/ComfyUI/execution.py", line 1184, in validate_prompt\n    m = await validate_inputs(prompt_id, prompt, o, validated)\n',
]

export function validationException(error: unknown): Reason {
  return {
    type: 'exception_during_validation',
    message: 'Exception when validating node',
    details: messageOf(error),
    extra_info: { exception_type: pythonTypeOf(error), traceback: TRACEBACK },
  }
}

export function innerException(error: unknown, extra: Json): Reason {
  return {
    type: 'exception_during_inner_validation',
    message: 'Exception when validating inner node',
    details: messageOf(error),
    extra_info: {
      ...extra,
      exception_message: messageOf(error),
      exception_type: pythonTypeOf(error),
      traceback: TRACEBACK,
    },
  }
}
