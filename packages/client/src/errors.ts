/** What the client throws: one class per kind, each with a stable `code`. */
import type { ApiErrorCode, JobErrorCode, SnapshotView } from '@safelight/shared'

export abstract class SafelightError extends Error {
  /** Decide by this, never by the message. */
  abstract readonly code: string
}

/** `unreachable`: no answer at all · `bad_answer`: something answered that is not Safelight. */
export type RequestErrorCode = ApiErrorCode | 'unreachable' | 'bad_answer'

/** The API refused a request, or could not be asked. */
export class RequestError extends SafelightError {
  override readonly name = 'RequestError'
  readonly code: RequestErrorCode
  /** HTTP status; null when there was no answer, or it came over the socket. */
  readonly status: number | null
  /** e.g. `{ node_errors }` of a refused workflow. */
  readonly details: Record<string, unknown> | null
  /** How long the API asks to wait before the next try. */
  readonly retryAfterMs: number | null

  constructor(
    code: RequestErrorCode,
    message: string,
    more: {
      status?: number
      details?: Record<string, unknown> | null
      retryAfterMs?: number | null
      cause?: unknown
    } = {},
  ) {
    super(message, { cause: more.cause })
    this.code = code
    this.status = more.status ?? null
    this.details = more.details ?? null
    this.retryAfterMs = more.retryAfterMs ?? null
  }
}

/** The job ended without what was asked for: `failed` or `expired`. */
export class JobFailed extends SafelightError {
  override readonly name = 'JobFailed'
  readonly code: JobErrorCode
  readonly snapshot: SnapshotView

  constructor(snapshot: SnapshotView) {
    super(snapshot.error?.message ?? `The job has ${snapshot.status}.`)
    this.code = snapshot.error?.code ?? 'internal'
    this.snapshot = snapshot
  }
}

export class JobCanceled extends SafelightError {
  override readonly name = 'JobCanceled'
  readonly code = 'canceled'
  readonly snapshot: SnapshotView

  constructor(snapshot: SnapshotView) {
    super('The job was canceled.')
    this.snapshot = snapshot
  }
}
