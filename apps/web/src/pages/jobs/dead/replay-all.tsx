/** Replays every dead letter in view, one after the other; stops when the API refuses. */
import type { JobView } from '@safelight/shared'
import { RequestError } from '@safelight/client'
import { useEffect, useRef, useState } from 'react'
import { Button } from '../../../ui/button.tsx'

type Step =
  | { step: 'idle' }
  | { step: 'asking' }
  | { step: 'working'; at: number; of: number }
  | { step: 'done'; text: string }

export interface ReplayAllProps {
  jobs: readonly JobView[]
  replay: (job: JobView) => Promise<void>
  /** All were asked for: the list is to be read again. */
  onDone: () => Promise<void>
}

export function ReplayAll({ jobs, replay, onDone }: ReplayAllProps) {
  const [now, setNow] = useState<Step>({ step: 'idle' })
  const gone = useRef(false)
  useEffect(() => {
    gone.current = false
    return () => {
      gone.current = true
    }
  }, [])

  async function replayAll(): Promise<void> {
    const text = await replayEach()
    if (text === null) return
    setNow({ step: 'done', text })
    await onDone()
  }

  /** @returns what came of it; null when the page was left meanwhile */
  async function replayEach(): Promise<string | null> {
    const of = jobs.length
    let done = 0
    for (const [at, job] of jobs.entries()) {
      if (gone.current) return null
      setNow({ step: 'working', at: at + 1, of })
      try {
        await replay(job)
        done += 1
      } catch (error) {
        // somebody else was faster
        if (error instanceof RequestError && error.code === 'not_found') continue
        const reason = error instanceof Error ? error.message : String(error)
        return `${done} of ${of} replayed, then: ${reason}`
      }
    }
    return `${done} replayed.`
  }

  return (
    <div className="replay-all" role="status">
      {now.step === 'working' && <span>{`Replaying ${now.at} of ${now.of} …`}</span>}
      {now.step === 'done' && <span>{now.text}</span>}
      {now.step === 'asking' ? (
        <>
          <Button compact look="quiet" autoFocus onClick={() => setNow({ step: 'idle' })}>
            Not now
          </Button>
          <Button compact look="primary" onClick={() => void replayAll()}>
            {`Yes, replay ${jobs.length}`}
          </Button>
        </>
      ) : (
        // a single one has its own button
        jobs.length > 1 &&
        now.step !== 'working' && (
          <Button compact onClick={() => setNow({ step: 'asking' })}>
            {`Replay all ${jobs.length}`}
          </Button>
        )
      )}
    </div>
  )
}
