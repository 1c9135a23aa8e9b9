/** The jobs that have not ended, and what became of those that had not when last looked at. */
import { type Client, RequestError } from '@safelight/client'
import { type JobStatus, type JobView, RUNNING_STATUSES } from '@safelight/shared'
import type { ListedJob } from './job-book.ts'
import { toListOptions } from './read-newest.ts'

const PAGE = 100
/** More than this many are not asked for one by one. */
const ASK_AT_MOST = 10

export interface Open {
  jobs: JobView[]
  queued: number
  running: number
  /** There are more queued jobs than `queued` says. */
  more: boolean
  /** Not open any longer, and nobody looks at them, or their record is gone: to be forgotten. */
  gone: string[]
  /** Not open any longer, and too many to ask for one by one: the pages must be read again. */
  outdated: string[]
}

export interface OpenOptions {
  /** Whose jobs are asked for; null for those of all. */
  owner: string | null
  /** What is thought to be open, of the same owner. */
  believed: readonly ListedJob[]
  /** Whether it matters what became of a job. */
  matters: (jobId: string) => boolean
  signal: AbortSignal
}

export async function readOpen(
  jobs: Pick<Client['jobs'], 'list' | 'get'>,
  { owner, believed, matters, signal }: OpenOptions,
): Promise<Open> {
  const list = (statuses: readonly JobStatus[]) =>
    jobs.list({ ...toListOptions({ statuses, owner }), limit: PAGE, signal })
  const all = await list(['queued', ...RUNNING_STATUSES])
  const more = all.next_cursor !== null
  // the oldest run first: behind a long queue they are not among the newest
  const running = more ? await list(RUNNING_STATUSES) : { jobs: [] }
  const open = new Map([...all.jobs, ...running.jobs].map((job) => [job.id, job]))
  const queued = [...open.values()].filter(({ status }) => status === 'queued').length

  const ended = believed
    .filter(({ id, status }) => !open.has(id) && (status !== 'queued' || !more))
    .map(({ id }) => id)
  const wanted = ended.filter(matters)
  const few = wanted.length <= ASK_AT_MOST
  const answers = await Promise.all((few ? wanted : []).map((id) => getOrNull(jobs, id, signal)))
  const lost = answers.flatMap((job, at) => (job === null ? (wanted[at] ?? []) : []))
  return {
    jobs: [...open.values(), ...answers.filter((job) => job !== null)],
    queued,
    running: open.size - queued,
    more,
    gone: [...ended.filter((id) => !matters(id)), ...lost],
    outdated: few ? [] : wanted,
  }
}

async function getOrNull(
  jobs: Pick<Client['jobs'], 'get'>,
  id: string,
  signal: AbortSignal,
): Promise<JobView | null> {
  try {
    return await jobs.get(id, { signal })
  } catch (error) {
    if (error instanceof RequestError && error.code === 'not_found') return null
    throw error
  }
}
