/** How far a running job is, as it happens. */
import { describeJob } from '@safelight/client'
import { useClient } from '@safelight/client/react'
import { useEffect, useState } from 'react'

export interface Percent {
  /** 0 to 1 */
  value: number
  percent: number
  /** What happens now, in one line. */
  line: string | null
}

/** @returns null until it was heard of */
export function usePercent(jobId: string): Percent | null {
  const client = useClient()
  const [heard, setHeard] = useState<Percent | null>(null)
  useEffect(
    () =>
      client.jobs.follow(jobId, {
        onUpdate: (update) => {
          const { value, percent, node } = describeJob(update, { now: Date.now() })
          setHeard({ value, percent, line: node })
        },
      }),
    [client, jobId],
  )
  return heard
}
