/** Replay, or discard once confirmed. */
import type { JobView } from '@safelight/shared'
import { useState } from 'react'
import { Button } from '../../../ui/button.tsx'
import type { DeadLettersData } from './use-dead-letters.ts'

export interface DeadLetterActionsProps {
  job: JobView
  letters: Pick<DeadLettersData, 'replay' | 'discard' | 'reread'>
}

export function DeadLetterActions({ job, letters }: DeadLetterActionsProps) {
  const [asking, setAsking] = useState(false)
  const [working, setWorking] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)

  async function act(deed: (job: JobView) => Promise<void>): Promise<void> {
    setWorking(true)
    setProblem(null)
    try {
      await deed(job)
      await letters.reread()
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    } finally {
      setWorking(false)
      setAsking(false)
    }
  }

  return (
    <span className="dead-actions">
      {problem && (
        <span className="dead-problem" role="alert">
          {problem}
        </span>
      )}
      {asking ? (
        <>
          <Button
            compact
            look="quiet"
            autoFocus
            disabled={working}
            onClick={() => setAsking(false)}
          >
            Keep
          </Button>
          <Button
            compact
            look="danger"
            disabled={working}
            onClick={() => void act(letters.discard)}
          >
            Yes, discard
          </Button>
        </>
      ) : (
        <>
          <Button compact look="quiet" disabled={working} onClick={() => setAsking(true)}>
            Discard
          </Button>
          <Button compact disabled={working} onClick={() => void act(letters.replay)}>
            Replay
          </Button>
        </>
      )}
    </span>
  )
}
