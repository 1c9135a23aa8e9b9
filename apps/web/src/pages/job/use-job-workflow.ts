/** The graph a job was submitted with. It never changes, so it is asked for once. */
import { useClient } from '@safelight/client/react'
import type { Workflow } from '@safelight/shared'
import { useQuery } from '@tanstack/react-query'

/** @returns undefined until it is there, and when it cannot be had */
export function useJobWorkflow(jobId: string): Workflow | undefined {
  const client = useClient()
  const { data } = useQuery({
    queryKey: ['job-workflow', jobId],
    queryFn: ({ signal }) => client.jobs.workflow(jobId, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return data
}
