/** The other jobs of a batch, from one page of the newest jobs; asked again while some of them have not ended. */
import { useClient } from '@safelight/client/react'
import { isTerminal, type JobStatus, type JobView } from '@safelight/shared'
import { useQuery } from '@tanstack/react-query'
import { pickSiblings } from '../siblings.ts'

/** As many as one call gives. */
const LIMIT = 100
const AGAIN_MS = 5_000

/**
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
