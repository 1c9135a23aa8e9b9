/** The log line of an answer that says that we failed. Pure. */
import { BlobStoreFailed } from '@safelight/assets'
import type { LogLine } from '@safelight/runtime'
import type { ApiError } from '@safelight/shared'
import { RedisNearlyFull, RedisUnavailable, replyCode } from '@safelight/store'

export interface Fault {
  /** What was thrown, of which the answer was made. */
  cause: unknown
  method: string
  path: string
}

/** A line for each would bury all else while Redis is away, or full. */
export function toFaultLine(error: ApiError, { cause, method, path }: Fault): LogLine {
  const said = error.details?.['reason']
  const reason = typeof said === 'string' ? said : (underneath(cause) ?? toName(cause))
  const maybeAccepted = error.details?.['maybe_accepted'] === true
  // each of these may have made a job, and any other error is a fault of its own
  const isAlike = error.code === 'unavailable' && !maybeAccepted
  const what = [error.code, toName(cause), reason, underneath(cause)]
  return {
    // decided by us, and nothing that went wrong
    level: cause instanceof RedisNearlyFull ? 'warn' : 'error',
    text: error.code,
    fields: { err: error.cause ?? error, method, path, reason },
    ...(isAlike && { alike: what.join(' ') }),
  }
}

/** A word for what a store said: the first of another fault is written, however many of one there are. */
function underneath(cause: unknown): string | null {
  if (cause instanceof BlobStoreFailed) return cause.reason
  return cause instanceof RedisUnavailable ? replyCode(cause.cause) : null
}

const toName = (cause: unknown) => (cause instanceof Error ? cause.name : 'unknown')
