/** Asking for a job's end, and knowing that it was asked for. */
import { isTerminal, type JobStatus } from '@safelight/shared'
import { useCallback, useState } from 'react'
import type { Client } from '../types.ts'

export interface Cancel {
  cancel: () => Promise<void>
  isCanceling: boolean
}

export interface JobToCancel {
  jobId: string | null
  /** As last known. */
  status: JobStatus | null
}

export function useCancel(client: Client, { jobId, status }: JobToCancel): Cancel {
  const [asked, setAsked] = useState<string | null>(null)
  const cancel = useCallback(async () => {
    if (jobId === null) return
    setAsked(jobId)
    try {
      await client.jobs.cancel(jobId)
    } catch (error) {
      setAsked((now) => (now === jobId ? null : now))
      throw error
    }
  }, [client, jobId])
  const wanted = status === 'canceling' || (jobId !== null && asked === jobId)
  return { cancel, isCanceling: wanted && !(status && isTerminal(status)) }
}
