/** Why a job failed, in a word or two. */
import type { JobErrorCode } from '@safelight/shared'

const WORDS: Record<JobErrorCode, string> = {
  invalid_workflow: 'Invalid workflow',
  node_execution_error: 'A node raised',
  out_of_memory: 'Out of memory',
  stalled: 'Stalled',
  host_unavailable: 'Host lost',
  output_missing: 'Output missing',
  timeout: 'Out of time',
  expired: 'Started too late',
  internal: 'Internal error',
}

/** @param code one that is not known is its own word: a newer server may have it */
export function toErrorWords(code: string): string {
  return isKnown(code) ? WORDS[code] : code.replaceAll('_', ' ')
}

function isKnown(code: string): code is JobErrorCode {
  return Object.hasOwn(WORDS, code)
}
