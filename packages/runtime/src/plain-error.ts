/** An error as it may be logged: what happened, and where in our own code. */

const MAX_CAUSES = 4

export interface PlainError {
  type: string
  code?: string
  message: string
  stack?: string
  cause?: PlainError
  errors?: PlainError[]
}

/**
 * Only what is named here: other properties of foreign errors carry commands, requests and secrets.
 * @param fullStack also frames of libraries, with their paths on this machine (debug level)
 */
export function toPlainError(error: Error, fullStack: boolean, depth = 0): PlainError {
  const next = (inner: unknown) =>
    inner instanceof Error && depth < MAX_CAUSES ? [toPlainError(inner, fullStack, depth + 1)] : []
  const [cause] = next(error.cause)
  const errors = error instanceof AggregateError ? error.errors.flatMap(next) : []
  const stack = fullStack ? error.stack : ownFrames(error.stack ?? '')
  const code: unknown = Reflect.get(error, 'code')
  return {
    type: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: error.message,
    ...(stack ? { stack } : {}),
    ...(cause ? { cause } : {}),
    ...(errors.length > 0 ? { errors } : {}),
  }
}

/** The frames in our own packages, by their path in the repository. */
function ownFrames(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at ') && !line.includes('node_modules'))
    .flatMap((line) => {
      const place = /(?:apps|packages|e2e|bench)\/[\w./-]+:\d+:\d+/.exec(line)?.[0]
      const caller = /at (?:async )?([\w.<>$ ]+) \(/.exec(line)?.[1]
      return place ? [caller ? `at ${caller} (${place})` : `at ${place}`] : []
    })
    .join('\n')
}
