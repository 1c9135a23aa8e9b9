/** Why a job cannot be watched, in plain words: the job itself may be well. */
import type { Failure } from './failure.ts'

const WORDS: Readonly<Record<string, string>> = {
  not_found: 'There is no such job, or it is no longer kept.',
  unauthorized: 'The server wants another token.',
  forbidden: 'This job is not yours to see.',
}

export function toProblemWords(problem: Error): Failure {
  const code = 'code' in problem && typeof problem.code === 'string' ? problem.code : ''
  const summary = Object.hasOwn(WORDS, code) ? WORDS[code] : undefined
  return summary
    ? { summary, detail: null }
    : { summary: 'This job cannot be watched any more.', detail: problem.message || null }
}
