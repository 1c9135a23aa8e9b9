/** Canceling in steps: asked for, confirmed, done. Nothing is canceled without its number having been shown. */
import { useClient } from '@safelight/client/react'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type CancelTarget, cancelJobs, toResultWords } from './cancel-jobs.ts'

export type BulkStep =
  | { step: 'idle' }
  | { step: 'asking' | 'working'; target: CancelTarget }
  | { step: 'said'; words: string; bad: boolean }

export interface BulkCancel {
  now: BulkStep
  ask: (target: CancelTarget) => void
  confirm: () => void
  dismiss: () => void
}

export function useBulkCancel(onDone: () => void): BulkCancel {
  const client = useClient()
  const queries = useQueryClient()
  const [now, setNow] = useState<BulkStep>({ step: 'idle' })

  async function cancel(target: CancelTarget): Promise<void> {
    setNow({ step: 'working', target })
    try {
      const result = await cancelJobs(client.jobs, target)
      onDone()
      setNow({ step: 'said', words: toResultWords(result), bad: false })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      setNow({ step: 'said', words: `It could not be done: ${reason}`, bad: true })
    }
    await queries.invalidateQueries({ queryKey: ['jobs', 'open'] })
  }

  return {
    now,
    ask: (target) => setNow({ step: 'asking', target }),
    confirm: () => {
      if (now.step === 'asking') void cancel(now.target)
    },
    dismiss: () => {
      if (now.step !== 'working') setNow({ step: 'idle' })
    },
  }
}
