/** An output that the host listed but that could not be brought home. */

/** One file that is missing, as the job's error names it. */
export interface MissingFile {
  node_id: string
  name: string
  reason: MissingReason
}

/**
 * `not_found`: the host has it no longer · `refused`: the host does not serve it, and would not later ·
 * `failed`: the host, which answers otherwise, fails to serve it · `too_large`: beyond our limit.
 */
export type MissingReason = 'not_found' | 'refused' | 'failed' | 'too_large'

export class OutputMissing extends Error {
  /** `unreachable`: it is the host that does not answer, and it may when it is back. */
  readonly reason: MissingReason | 'unreachable'
  /** Which ones; some of them, if there are very many. */
  readonly files: readonly MissingFile[]
  /** The host had them all from before, and has their files no longer: it would make them again, if it ran at all. */
  readonly reused: boolean

  constructor(
    reason: OutputMissing['reason'],
    message: string,
    extra: { files?: readonly MissingFile[]; reused?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: extra.cause })
    this.name = 'OutputMissing'
    this.reason = reason
    this.files = extra.files ?? []
    this.reused = extra.reused ?? false
  }
}
