/** Errors of the host edge. Decide by `code`, never by message. */
import type { NodeErrors } from './client/types.ts'

/**
 * `unreachable`: no connection · `timeout`: no answer in time · `bad_status`: an unexpected HTTP status ·
 * `unauthorized`: it, or a proxy before it, wants other credentials · `bad_answer`: not the JSON we know ·
 * `not_found`: 404 of a file · `outside`: a file that the host listed, but that we do not ask for ·
 * `too_large`: the host takes no upload of this size · `unsupported`: the host is too old for this call.
 */
export type HostErrorCode =
  | 'unreachable'
  | 'timeout'
  | 'bad_status'
  | 'unauthorized'
  | 'bad_answer'
  | 'not_found'
  | 'outside'
  | 'too_large'
  | 'unsupported'

export class HostError extends Error {
  readonly code: HostErrorCode
  readonly status: number | null

  constructor(
    code: HostErrorCode,
    message: string,
    extra: { status?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: extra.cause })
    this.name = 'HostError'
    this.code = code
    this.status = extra.status ?? null
  }
}

/** A submission broke off before anything was posted: the host has nothing of it. Its `cause` is what was the matter. */
export class NotSubmitted extends Error {
  constructor(cause: unknown) {
    super('nothing was submitted', { cause })
    this.name = 'NotSubmitted'
  }
}

/** The host refused the graph (HTTP 400). Retrying cannot help. */
export class PromptRejected extends Error {
  /** ComfyUI's `error.type`, e.g. `prompt_outputs_failed_validation`. */
  readonly reason: string
  readonly nodeErrors: NodeErrors

  constructor(reason: string, message: string, nodeErrors: NodeErrors) {
    super(message)
    this.name = 'PromptRejected'
    this.reason = reason
    this.nodeErrors = nodeErrors
  }
}
