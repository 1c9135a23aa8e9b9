/** Why a job came to nothing, in plain words first and in the host's own words second. */
import { type JobError, type JobErrorCode, memberOf, type SnapshotView } from '@safelight/shared'

export interface Failure {
  /** One sentence that needs no knowledge of ComfyUI. */
  summary: string
  /** What the server said exactly, when that is more. */
  detail: string | null
}

/** @param node the class of the node that raised, where it is known */
const WORDS: Record<JobErrorCode, (node: string | null) => string> = {
  invalid_workflow: () => 'The host refused the workflow.',
  node_execution_error: (node) => (node ? `The node ${node} failed.` : 'A node failed.'),
  out_of_memory: (node) =>
    `The host ran out of memory${node ? ` in ${node}` : ''}. A smaller picture may fit.`,
  stalled: () => 'It stopped moving and was stopped.',
  interrupted: () => 'It was broken off on its host, and nobody here had asked for that.',
  host_unavailable: () => 'No host could finish it.',
  missing_asset: () => 'A file that it needs is no longer stored.',
  input_too_large: () => 'A file that it needs is larger than the host takes.',
  output_missing: () => 'It ran, but its output could not be fetched.',
  timeout: () => 'It was not done within its time limit.',
  expired: () => 'It could not start before its deadline.',
  worker_lost: () => 'Every worker that took it broke down.',
  internal: () => 'Something went wrong on the server.',
}

/** Codes whose message repeats the sentence in other words. */
const SAID_ALREADY: ReadonlySet<string> = new Set([
  'stalled',
  'timeout',
  'expired',
  'interrupted',
  'worker_lost',
  'internal',
] satisfies JobErrorCode[])

/** Null unless the job failed or expired. */
export function toJobFailure({ status, error }: SnapshotView): Failure | null {
  if (status !== 'failed' && status !== 'expired') return null
  if (!error) return { summary: status === 'expired' ? WORDS.expired(null) : GENERAL, detail: null }
  return {
    summary: toSummary(error),
    detail: SAID_ALREADY.has(error.code) ? null : error.message.trim() || null,
  }
}

const GENERAL = 'It failed, and nobody said why.'

function toSummary({ code, class_type }: JobError): string {
  // a server of another version may know codes that this list does not
  return Object.hasOwn(WORDS, code) ? WORDS[code](class_type ?? null) : 'It failed.'
}

const WATCH_PROBLEMS: Readonly<Record<string, string>> = {
  not_found: 'There is no such job, or it is no longer kept.',
  unauthorized: 'The server wants another token.',
  forbidden: 'This job is not yours to see.',
}

/** Why a job cannot be watched: the job itself may be well. */
export function toWatchFailure(problem: Error): Failure {
  const code = 'code' in problem && typeof problem.code === 'string' ? problem.code : ''
  const summary = memberOf(WATCH_PROBLEMS, code)
  return summary
    ? { summary, detail: null }
    : { summary: 'This job cannot be watched any more.', detail: problem.message || null }
}
