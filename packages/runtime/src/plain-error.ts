/** An error as it may be logged: what happened, and where in our own code. */
import { cutForLog } from './redact.ts'

const MAX_CAUSES = 4
/** Errors of one entry, causes and parts together. */
const MAX_ERRORS = 16
const MAX_MESSAGE = 2_000
const MAX_NAME = 200
const MAX_STACK = 8_000
/** Characters of a frame: its patterns are slow on longer lines, and no frame has more. */
const MAX_FRAME = 1_000

export interface PlainError {
  type: string
  code?: string
  message: string
  stack?: string
  cause?: PlainError
  errors?: PlainError[]
}

interface Room {
  errors: number
}

/**
 * Only what is named here: other properties of foreign errors carry commands, requests and secrets.
 * @param fullStack also frames of libraries, with their paths on this machine (debug level)
 */
export function toPlainError(
  error: Error,
  fullStack: boolean,
  at: { depth: number; room: Room } = { depth: 0, room: { errors: MAX_ERRORS } },
): PlainError {
  const { depth, room } = at
  room.errors -= 1
  const next = (inner: unknown) =>
    inner instanceof Error && depth < MAX_CAUSES && room.errors > 0
      ? [toPlainError(inner, fullStack, { depth: depth + 1, room })]
      : []
  const [cause] = next(error.cause)
  const errors = error instanceof AggregateError ? error.errors.flatMap(next) : []
  const stack = toStack(error, fullStack)
  const code: unknown = Reflect.get(error, 'code')
  return {
    type: cutForLog(error.name, MAX_NAME),
    ...(typeof code === 'string' ? { code: cutForLog(code, MAX_NAME) } : {}),
    message: cutForLog(error.message, MAX_MESSAGE),
    ...(stack ? { stack } : {}),
    ...(cause ? { cause } : {}),
    ...(errors.length > 0 ? { errors } : {}),
  }
}

/** A stack begins with the message, which may be anybody's and of any length: it is cut off, then it is looked at. */
function toStack({ name, message, stack = '' }: Error, fullStack: boolean): string {
  const from = stack.indexOf(message, stack.startsWith(name) ? name.length : 0)
  const frames = from < 0 ? stack : stack.slice(from + message.length)
  const cut = frames.slice(0, MAX_STACK)
  if (!fullStack) return ownFrames(cut)
  return `${cutForLog(`${name}: ${message}`, MAX_MESSAGE)}${cut}`
}

/** The frames in our own packages, by their path in the repository. */
function ownFrames(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => line.length <= MAX_FRAME)
    .filter((line) => line.trimStart().startsWith('at ') && !line.includes('node_modules'))
    .flatMap((line) => {
      const place = /(?:apps|packages|e2e|bench)\/[\w./-]+:\d+:\d+/.exec(line)?.[0]
      const caller = /at (?:async )?([\w.<>$ ]+) \(/.exec(line)?.[1]
      return place ? [caller ? `at ${caller} (${place})` : `at ${place}`] : []
    })
    .join('\n')
}
