/** Whatever goes wrong as lines for people: one that says it, and more only for what is wrong node by node. */
import { RequestError } from '@safelight/client'
import type { JobError } from '@safelight/shared'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { toPlainText } from './plain-text.ts'

/** The command is not as it must be. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  readonly code = 'usage'
}

/** A file that the command names is not as it must be. */
export class FileError extends Error {
  override readonly name = 'FileError'
  readonly code = 'file'
}

export function toExitCode(error: unknown): ExitCode {
  if (error instanceof UsageError || error instanceof FileError) return EXIT.usage
  return error instanceof RequestError ? EXIT.refused : EXIT.failed
}

/** @param url where the server was looked for. @param about what it is about, e.g. `portrait: ` */
export function toErrorLines(error: unknown, url: string, about = ''): string[] {
  if (!(error instanceof RequestError)) {
    return [toErrorLine(about + (error instanceof Error ? error.message : String(error)))]
  }
  const problems = toNodeLines(error.details)
  const words = toWords(error, { url, problems: problems.length })
  return [toErrorLine(`${about}${words} (${error.code})`), ...problems]
}

export function toJobErrorLines(label: string, { status, error }: EndedJob): string[] {
  if (!error) return [toErrorLine(`${label} ${status}`)]
  const node = error.node_id ? ` in node ${[error.node_id, error.class_type].join(' ').trim()}` : ''
  const problems = toNodeLines(error.details)
  return [toErrorLine(`${label} ${status}${node}: ${error.message} (${error.code})`), ...problems]
}

interface EndedJob {
  status: string
  error: JobError | null
}

/** `safelight: …`, whatever the text holds. */
export function toErrorLine(text: string): string {
  return `safelight: ${toPlainText(text)}`
}

function toWords(error: RequestError, { url, problems }: { url: string; problems: number }) {
  switch (error.code) {
    case 'unreachable':
      return `nothing answers at ${url}; start a server with \`npm run dev\`, or name yours with --url`
    case 'bad_answer':
      return `what answers at ${url} is not Safelight; name the server with --url`
    case 'unauthorized':
      return `${url} wants a token, or another one: set SAFELIGHT_TOKEN or --token`
    case 'invalid_workflow':
      return problems > 0 ? 'the workflow is invalid' : error.message
    default:
      return error.message.replace(/\.$/, '')
  }
}

/** ComfyUI's `node_errors`, one line per problem. */
function toNodeLines(details: Readonly<Record<string, unknown>> | null | undefined): string[] {
  return Object.entries(toObject(details?.['node_errors'])).flatMap(([nodeId, node]) => {
    const { class_type, errors } = toObject(node)
    const name = typeof class_type === 'string' ? ` ${class_type}` : ''
    const problems = Array.isArray(errors)
      ? errors.map((error) => toProblem(error) + toAdvice(nodeId, error))
      : []
    return problems.map((problem) => `  ${toPlainText(`node ${nodeId}${name}: ${problem}`)}`)
  })
}

/** Which input is meant is often only in the details. */
function toProblem(error: unknown): string {
  const { message, details } = toObject(error)
  const words = typeof message === 'string' ? message : 'is invalid'
  const more = typeof details === 'string' && details && !words.includes(details)
  return more ? `${words} (${details})` : words
}

/** A file that no host has is brought along. */
function toAdvice(nodeId: string, error: unknown): string {
  const { details, extra_info } = toObject(error)
  const { input_name: input } = toObject(extra_info)
  const isFile = typeof details === 'string' && /\bInvalid \w+ file: /.test(details)
  return isFile && typeof input === 'string' ? `; yours: --input ${nodeId}.${input}=PATH` : ''
}

function toObject(value: unknown): Readonly<Record<string, unknown>> {
  // any object can be looked into; what is found is unknown
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
