/** Why a submission was refused, in words for the person who filled in the form, and at which fields. */
import { RequestError } from '@safelight/client'
import { type Field, placesOf } from './field.ts'

export interface Refusal {
  title: string
  explanation: string
  /** Problems of inputs that are fields of the form: field id → what is wrong. */
  byField: Readonly<Record<string, string>>
  /** Problems of nodes and inputs that are not in the form. */
  elsewhere: readonly { node: string; problem: string }[]
}

export function explainRefusal(error: Error, fields: readonly Field[]): Refusal {
  const problems = error instanceof RequestError ? readProblems(error.details) : []
  const text = toText(error)
  const byField: Record<string, string> = {}
  const elsewhere: { node: string; problem: string }[] = []
  for (const { nodeId, className, input, message } of problems) {
    const field = fields.find((field) =>
      placesOf(field).some((place) => place.nodeId === nodeId && place.input === input),
    )
    // one field of two inputs says which of them is meant
    if (field?.kind === 'size') byField[field.id] = `${input}: ${message}`
    else if (field) byField[field.id] = message
    else {
      // without a field beside it, the words must say which input is meant
      const problem = input === null || message.includes(input) ? message : `${input}: ${message}`
      elsewhere.push({ node: className ? `${className} (${nodeId})` : nodeId, problem })
    }
  }
  // the message repeats the first of the problems
  const explanation = problems.length > 0 ? 'It was refused before anything ran.' : text.explanation
  return { ...text, explanation, byField, elsewhere }
}

function toText(error: Error): Pick<Refusal, 'title' | 'explanation'> {
  if (!(error instanceof RequestError)) {
    return { title: 'The job was not submitted', explanation: error.message }
  }
  switch (error.code) {
    case 'invalid_workflow':
      return { title: 'This workflow cannot run', explanation: error.message }
    case 'workflow_format_ui':
      return { title: 'This is the editor’s own format', explanation: error.message }
    case 'queue_full':
    case 'rate_limited':
      return {
        title: error.code === 'queue_full' ? 'The queue is full' : 'Too many jobs at once',
        explanation: `It takes no more for now. ${toWhen(error.retryAfterMs)}`,
      }
    case 'unauthorized':
    case 'forbidden':
      return {
        title: 'The server does not let you in',
        explanation: 'It asks for a token that this page does not have, or knows another one.',
      }
    case 'payload_too_large':
      return {
        title: 'The workflow is too large',
        explanation:
          'The server takes smaller ones only. Pictures do not belong inside a workflow.',
      }
    case 'unreachable':
      return {
        title: 'The server cannot be reached',
        explanation:
          'No answer came. Your workflow is kept here; try again when the connection is back.',
      }
    case 'unavailable':
      return {
        title: 'The server takes no jobs right now',
        explanation: `Its queue is away. ${toWhen(error.retryAfterMs)}`,
      }
    default:
      return { title: 'The job was not submitted', explanation: error.message }
  }
}

function toWhen(retryAfterMs: number | null): string {
  if (retryAfterMs === null) return 'Try again in a moment.'
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000))
  return `Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`
}

interface NodeProblem {
  nodeId: string
  className: string | null
  /** Null when the node itself is the problem. */
  input: string | null
  message: string
}

/** `{node_errors: {id: {class_type, errors: [{message, details, extra_info}]}}}`, and nothing of it for granted. */
function readProblems(details: Record<string, unknown> | null): NodeProblem[] {
  const nodes = details?.['node_errors']
  if (!isObject(nodes)) return []
  return Object.entries(nodes).flatMap(([nodeId, node]) => {
    if (!isObject(node) || !Array.isArray(node['errors'])) return []
    const name = node['class_type']
    const className = typeof name === 'string' ? name : null
    return node['errors'].filter(isObject).map((error) => ({
      nodeId,
      className,
      ...readProblem(error),
    }))
  })
}

function readProblem(error: Record<string, unknown>): Pick<NodeProblem, 'input' | 'message'> {
  const info = error['extra_info']
  const input = isObject(info) ? info['input_name'] : null
  const details = typeof error['details'] === 'string' ? error['details'] : ''
  const message = typeof error['message'] === 'string' ? error['message'] : 'It was refused.'
  // ComfyUI keeps its messages general and says in the details what it means
  const isNews = details !== '' && details !== input && !message.includes(details)
  return {
    input: typeof input === 'string' ? input : null,
    message: isNews ? `${message}: ${details}` : message,
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
