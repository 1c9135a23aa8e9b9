/** Makes another job and goes to its page. */
import type { JobView } from '@safelight/shared'
import { useState } from 'react'
import { useLocation } from 'wouter'

export interface NextJob {
  /** @param make e.g. a submission */
  start: (make: () => Promise<JobView>) => void
  isStarting: boolean
  /** Why there is no other job. */
  problem: string | null
}

export function useNextJob(): NextJob {
  const [, navigate] = useLocation()
  const [isStarting, setStarting] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)

  async function run(make: () => Promise<JobView>): Promise<void> {
    setStarting(true)
    setProblem(null)
    try {
      const { id } = await make()
      navigate(`/jobs/${encodeURIComponent(id)}`)
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    } finally {
      setStarting(false)
    }
  }

  return { start: (make) => void run(make), isStarting, problem }
}
