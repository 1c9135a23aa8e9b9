/** Whatever goes wrong becomes an `ApiError`, and every `ApiError` one JSON envelope. */
import { BlobStoreFailed } from '@safelight/assets'
import { ApiError, type ErrorEnvelope, withoutConstants } from '@safelight/shared'
import {
  InvalidCursor,
  type OutageReason,
  RecordTooNew,
  RecordUnreadable,
  RedisNearlyFull,
  RedisUnavailable,
} from '@safelight/store'

export function toEnvelope(error: ApiError): ErrorEnvelope {
  return { error: { code: error.code, message: error.message, details: error.details } }
}

/** Errors that are not ours to explain get a message that says nothing about our insides. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error
  if (error instanceof RedisUnavailable) return unavailable(error)
  if (error instanceof RecordTooNew) {
    // in the middle of an upgrade; a server of the new version will know it
    const message = 'The job was written by a newer version than answers here. Try again shortly.'
    return new ApiError('unavailable', message, { retryAfterSeconds: 10, cause: error })
  }
  if (error instanceof RecordUnreadable) {
    const message = 'The record of the job cannot be read. If it has not ended, it will, as failed.'
    return new ApiError('upstream_error', message, { cause: error })
  }
  if (error instanceof BlobStoreFailed) {
    const message = 'The store of files does not answer as it should. Try again shortly.'
    return new ApiError('unavailable', message, { retryAfterSeconds: 5, cause: error })
  }
  if (error instanceof InvalidCursor) {
    return new ApiError('invalid_request', 'cursor: not one that a previous page gave.')
  }
  const { status, type, limit } = readHttpError(error)
  if (type === 'entity.too.large') {
    return tooLarge(limit, error)
  }
  if (type === 'entity.parse.failed') {
    return new ApiError('invalid_request', explainNoJson(error), { cause: error })
  }
  if (type === 'charset.unsupported') {
    return new ApiError('invalid_request', 'The body is not UTF-8.', { cause: error })
  }
  if (status === 404) return new ApiError('not_found', 'There is nothing here.', { cause: error })
  if (status !== null && status >= 400 && status < 500) {
    return new ApiError('invalid_request', 'The request cannot be read.', { cause: error })
  }
  return new ApiError('upstream_error', 'Something went wrong on our side.', { cause: error })
}

/** Python writes bare NaN and Infinity, and its users do not expect that nobody else reads them. */
function explainNoJson(error: unknown): string {
  const text = error instanceof Error && 'body' in error ? error.body : null
  const hasConstants = typeof text === 'string' && withoutConstants(text) !== text
  return hasConstants
    ? 'The body is not valid JSON: NaN and Infinity, as Python writes them, are none.'
    : 'The body is not valid JSON.'
}

function tooLarge(limit: number | null, cause: unknown): ApiError {
  const most = limit === null ? '' : ` At most ${limit} bytes are taken.`
  const details = limit === null ? {} : { details: { limit_bytes: limit } }
  const message = `The request body is too large.${most}`
  return new ApiError('payload_too_large', message, { ...details, cause })
}

export function unavailable(cause?: unknown): ApiError {
  const reason = cause instanceof RedisUnavailable ? cause.reason : 'away'
  const { message, retryAfterSeconds } =
    cause instanceof RedisNearlyFull ? NEARLY_FULL : OUTAGES[reason]
  return new ApiError('unavailable', message, { retryAfterSeconds, cause, details: { reason } })
}

interface Outage {
  message: string
  retryAfterSeconds: number
}

const NEARLY_FULL: Outage = {
  message:
    'No new jobs and uploads at the moment: the memory of the service (its Redis) is nearly full. What was accepted goes on. Try again later.',
  retryAfterSeconds: 10,
}

const OUTAGES: Record<OutageReason, Outage> = {
  away: {
    message: 'The service cannot reach its store. Try again shortly.',
    retryAfterSeconds: 2,
  },
  full: {
    message:
      'The memory of the service (its Redis) is full: nothing new is taken, what it holds can be read.',
    retryAfterSeconds: 10,
  },
  read_only: {
    message: 'The store of the service takes no changes at the moment. Try again shortly.',
    retryAfterSeconds: 2,
  },
  denied: {
    message:
      'The store of the service does not let this server in, or not do this: whoever runs it has to mend that.',
    retryAfterSeconds: 10,
  },
  unreplicated: {
    message: 'The store of the service has too few replicas at the moment. Try again shortly.',
    retryAfterSeconds: 2,
  },
  loading: {
    message: 'The store of the service is starting. Try again shortly.',
    retryAfterSeconds: 2,
  },
}

/** Express and its parsers mark their errors with a status and, for bodies, a type. */
function readHttpError(error: unknown): {
  status: number | null
  type: string | null
  /** Bytes that a body may have. */
  limit: number | null
} {
  if (!(error instanceof Error)) return { status: null, type: null, limit: null }
  const status = 'status' in error && typeof error.status === 'number' ? error.status : null
  const type = 'type' in error && typeof error.type === 'string' ? error.type : null
  const limit = 'limit' in error && typeof error.limit === 'number' ? error.limit : null
  return { status, type, limit }
}
