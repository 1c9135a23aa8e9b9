/** Ids of jobs, and of what else has such ids: shown short, taken short. */
import { type Client, RequestError } from '@safelight/client'
import type { JobView } from '@safelight/shared'
import { UsageError } from './errors.ts'

const SHORT = 8
const WHOLE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
/** As many as one page of the list may have. */
const RECENT = 100

export function isWholeId(id: string): boolean {
  return WHOLE.test(id)
}

export function shortenId(jobId: string): string {
  return WHOLE.test(jobId) ? jobId.slice(0, SHORT) : jobId
}

/** @param given whole ids, or beginnings of ids of recent jobs. @throws UsageError when a beginning is of several */
export async function resolveIds(client: Client, given: readonly string[]): Promise<string[]> {
  if (given.length === 0 || given.includes('')) {
    throw new UsageError('which job? Name an id, as `safelight ls` shows it')
  }
  if (given.every((id) => WHOLE.test(id))) return [...new Set(given)]
  const { jobs } = await client.jobs.list({ limit: RECENT })
  const recent = jobs.map(({ id }) => id)
  return [...new Set(given.map((id) => matchId(id, recent)))]
}

/** @param recent ids that `given` may be the beginning of. @param things what they are of */
export function matchId(given: string, recent: readonly string[], things = 'jobs'): string {
  if (WHOLE.test(given) || recent.includes(given)) return given
  const found = recent.filter((id) => id.startsWith(given))
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  if (only === undefined) {
    throw new RequestError(
      'not_found',
      `none of the last ${RECENT} ${things} begins with '${given}'`,
    )
  }
  const some = found.slice(0, 5).join(', ')
  throw new UsageError(`'${given}' is the beginning of ${found.length} ${things}: ${some}`)
}

/** @throws RequestError that says which one there is not */
export async function requireJob(client: Client, jobId: string): Promise<JobView> {
  return client.jobs.get(jobId).catch((error: unknown) => {
    if (!(error instanceof RequestError) || error.code !== 'not_found') throw error
    throw new RequestError('not_found', `there is no job ${jobId}`, { cause: error })
  })
}
