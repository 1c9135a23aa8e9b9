/** Exponential back-off with jitter, so that a fleet does not return to a host in step. */

export interface BackoffRange {
  minMs: number
  maxMs: number
}

/** @param attempt 0 for the first retry. @returns between half and all of the doubled delay */
export function backoffMs(attempt: number, { minMs, maxMs }: BackoffRange): number {
  const ceiling = Math.min(maxMs, minMs * 2 ** Math.min(attempt, 30))
  return ceiling * (0.5 + Math.random() / 2)
}
