/** An output that the host listed but that could not be brought home. */
export class OutputMissing extends Error {
  readonly reason: 'not_found' | 'too_large' | 'unreachable'

  constructor(reason: OutputMissing['reason'], message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'OutputMissing'
    this.reason = reason
  }
}
