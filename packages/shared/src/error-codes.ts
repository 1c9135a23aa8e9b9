/** Every error code a client can meet, in one closed list each. Without zod: clients carry it to browsers. */

/** Why a job failed (`job.error.code`). */
export const JOB_ERROR_CODES = [
  'invalid_workflow', // the host refused the graph; `details.node_errors` says why
  'node_execution_error', // a node raised
  'out_of_memory',
  'stalled', // nothing moved for the stall limit, and the prompt was interrupted
  'interrupted', // stopped on its host, at every attempt, by somebody or something that was not a cancel
  'host_unavailable', // no host could be reached, or every attempt lost its host
  'missing_asset', // a stored file that the workflow refers to is gone
  'input_too_large', // the host takes no file as large as one that the workflow refers to
  'output_missing', // the host listed an output that could not be fetched
  'timeout', // `timeout_s` was over before the job was
  'expired', // `start_deadline_s` was over before the job could start
  'worker_lost', // three workers have died with it in hand
  'internal',
] as const
export type JobErrorCode = (typeof JOB_ERROR_CODES)[number]

/** Why a request was refused (`error.code` of the envelope), with its HTTP status. */
export const API_ERRORS = {
  invalid_request: 400, // broken JSON, wrong types, unknown parameters
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  blob_not_found: 404, // nothing is stored with this hash
  method_not_allowed: 405,
  payload_too_large: 413,
  not_queued: 409, // only a job that waits can be put somewhere else
  not_ended: 409, // only a job that has ended can be deleted
  hash_mismatch: 409, // what came is not what `expected_hash` says
  asset_in_use: 409, // a job needs it
  idempotency_in_flight: 409, // the first request with this key is not answered yet
  range_not_satisfiable: 416,
  misdirected_request: 421, // asked by a name that is not this server's
  invalid_workflow: 422,
  workflow_format_ui: 422,
  missing_asset: 422,
  invalid_upload: 422, // what is sent to become an asset cannot: a field, its form, or the bytes
  idempotency_key_reuse: 422,
  queue_full: 429,
  rate_limited: 429,
  too_many_streams: 429,
  upstream_error: 500,
  not_implemented: 501,
  unavailable: 503, // Redis is away; nothing was accepted unless `details.maybe_accepted`, try again
} as const
export type ApiErrorCode = keyof typeof API_ERRORS

/** True for a code of the closed list; what a server of another version says may not be. */
export function isApiErrorCode(code: string): code is ApiErrorCode {
  return Object.hasOwn(API_ERRORS, code)
}

/** A refusal with a stable code. The message is safe to show; `details` is JSON. */
export class ApiError extends Error {
  readonly code: ApiErrorCode
  readonly details: Record<string, unknown> | null
  readonly retryAfterSeconds: number | null

  constructor(
    code: ApiErrorCode,
    message: string,
    extra: { details?: Record<string, unknown>; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: extra.cause })
    this.name = 'ApiError'
    this.code = code
    this.details = extra.details ?? null
    this.retryAfterSeconds = extra.retryAfterSeconds ?? null
  }

  /** HTTP status that belongs to the code. */
  get status(): number {
    return API_ERRORS[this.code]
  }
}
