/** `/?again=JOBID`: takes the workflow of a job for the draft, with new seeds. */
import { useClient } from '@safelight/client/react'
import type { Workflow } from '@safelight/shared'
import { useEffect, useState } from 'react'
import { useLocation, useSearch } from 'wouter'
import { useAccessRound } from '../../shell/access.ts'
import { withNewSeeds } from '../../workflow/new-seed.ts'
import { readStored } from '../../workflow/read-workflow.ts'

export interface Again {
  /** While the workflow is on its way. */
  jobId: string | null
  error: Error | null
  /** Forgets the job and its error. */
  giveUp: () => void
}

interface Failure {
  jobId: string
  round: number
  error: Error
}

/** @param onWorkflow must keep its identity */
export function useAgain(onWorkflow: (workflow: Workflow, jobId: string) => void): Again {
  const client = useClient()
  const jobId = new URLSearchParams(useSearch()).get('again')
  const [, navigate] = useLocation()
  // what was refused for want of a token is asked for again with it
  const round = useAccessRound()
  const [failed, setFailed] = useState<Failure | null>(null)

  useEffect(() => {
    if (!jobId) return
    const leaving = new AbortController()
    const { signal } = leaving
    const fetchAgain = async (jobId: string) => {
      try {
        const workflow = readStored(await client.jobs.workflowText(jobId, { signal }))
        if (signal.aborted) return
        onWorkflow(withNewSeeds(workflow), jobId)
        // a reload must show what was edited since
        navigate('/', { replace: true })
      } catch (error) {
        if (signal.aborted) return
        setFailed({
          jobId,
          round,
          error: error instanceof Error ? error : new Error(String(error)),
        })
      }
    }
    void fetchAgain(jobId)
    return () => leaving.abort()
  }, [client, jobId, round, navigate, onWorkflow])

  const error = failed?.jobId === jobId && failed.round === round ? failed.error : null
  const giveUp = () => navigate('/', { replace: true })
  return { jobId: error ? null : jobId, error, giveUp }
}
