/** The jobs that were submitted together with this one. */
import { useClient } from '@safelight/client/react'
import { isTerminal, type JobStatus, type JobView } from '@safelight/shared'
import { useQuery } from '@tanstack/react-query'

export interface SiblingPlace {
  /** Names the batch; every member carries it. */
  batch: string
  index: number
  count: number
}

type Metadata = JobView['metadata']

/** Null when the job stands alone. */
export function readBatch(metadata: Metadata): SiblingPlace | null {
  const batch = metadata?.['batch']
  const index = metadata?.['batch_index']
  const count = metadata?.['batch_count']
  // anybody may have written it
  if (typeof batch !== 'string' || !isWhole(index) || !isWhole(count)) return null
  return count > 1 && index <= count ? { batch, index, count } : null
}

/** In the order of the batch; what is no longer kept, or too long ago, is missing. */
function pickSiblings(jobs: readonly JobView[], batch: string): JobView[] {
  return jobs
    .filter(({ metadata }) => readBatch(metadata)?.batch === batch)
    .toSorted((a, b) => indexOf(a) - indexOf(b))
}

/** What a job of its own keeps of a member's metadata. */
export function withoutBatch(metadata: Metadata): Record<string, unknown> | null {
  if (!metadata) return null
  const { batch: _batch, batch_index: _index, batch_count: _count, ...rest } = metadata
  return Object.keys(rest).length > 0 ? rest : null
}

function indexOf({ metadata }: JobView): number {
  return readBatch(metadata)?.index ?? 0
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
}

/** As many as one call gives. */
const LIMIT = 100
const AGAIN_MS = 5_000

/**
 * The other jobs of a batch, from one page of the newest jobs; asked again while some of them have not ended.
 * @param batch null for none
 * @param status of the job itself: when it moves on, the others are worth another look
 */
export function useSiblings(batch: string | null, status: JobStatus): readonly JobView[] {
  const client = useClient()
  const { data = [] } = useQuery({
    queryKey: ['batch', batch, isTerminal(status)],
    queryFn: async ({ signal }) => {
      const { jobs } = await client.jobs.list({ limit: LIMIT, signal })
      return pickSiblings(jobs, batch ?? '')
    },
    enabled: batch !== null,
    placeholderData: (before) => before,
    refetchInterval: ({ state }) =>
      state.data?.every((job) => isTerminal(job.status)) ? false : AGAIN_MS,
  })
  return data
}
