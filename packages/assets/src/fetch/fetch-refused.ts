/** Why something of the web was not fetched. */

/** Closed, with what is said of it: never the address that a name leads to, nor what the url says beside its host. */
export const FETCH_PROBLEMS = {
  invalid_url: 'It is not an address that is fetched: https, without a user or a password.',
  not_public: 'It does not lead to the public internet.',
  unreachable: 'Its server cannot be reached.',
  too_many_redirects: 'It redirects too often.',
  refused: 'Its server does not give it.',
  encoded: 'Its server sends it compressed, which was not asked for.',
  broken_off: 'It broke off before its end.',
  too_slow: 'It takes too long.',
} as const
export type FetchProblem = keyof typeof FETCH_PROBLEMS

export class FetchRefused extends Error {
  readonly problem: FetchProblem
  /** HTTP status of its server, where that is the problem. */
  readonly status: number | null

  constructor(problem: FetchProblem, { status, cause }: { status?: number; cause?: unknown } = {}) {
    super(FETCH_PROBLEMS[problem], { cause })
    this.name = 'FetchRefused'
    this.problem = problem
    this.status = status ?? null
  }
}
