/** The jobs that came since the last look, without a hole between them and what is known. */
import type { Client } from '@safelight/client'
import type { JobView } from '@safelight/shared'
import { type ListedJob, newestFirst, type Wanted } from './job-book.ts'

/** Enough for what usually happens between two looks. */
const GLANCE = 30
const PAGE = 100
/** Beyond this many pages it is cheaper to begin anew. */
const PAGES_AT_MOST = 5

export interface Newest {
  jobs: JobView[]
  /** More came than is worth reading: what is known below does not follow on. */
  gap: boolean
}

export interface NewestOptions {
  wanted: Wanted
  /** The newest job that is known; null when none is. */
  top: ListedJob | null
  signal: AbortSignal
}

export async function readNewest(
  jobs: Pick<Client['jobs'], 'list'>,
  { wanted, top, signal }: NewestOptions,
): Promise<Newest> {
  const found: JobView[] = []
  let cursor: string | null = null
  for (let page = 0; page <= PAGES_AT_MOST; page += 1) {
    const answer = await jobs.list({
      ...toListOptions(wanted),
      ...(cursor === null ? {} : { cursor }),
      limit: page === 0 ? GLANCE : PAGE,
      signal,
    })
    found.push(...answer.jobs)
    cursor = answer.next_cursor
    if (cursor === null || reaches(found.at(-1), top)) return { jobs: found, gap: false }
  }
  return { jobs: found, gap: true }
}

function reaches(last: JobView | undefined, top: ListedJob | null): boolean {
  return last !== undefined && top !== null && newestFirst(toListed(last), top) >= 0
}

/** What `jobs.list` is to be asked for. */
export function toListOptions({ statuses, owner }: Wanted) {
  return { ...(statuses.length > 0 && { status: statuses }), ...(owner !== null && { owner }) }
}

export function toListed({ id, status, owner, created_at }: JobView): ListedJob {
  return { id, status, owner, createdAt: Date.parse(created_at) }
}
