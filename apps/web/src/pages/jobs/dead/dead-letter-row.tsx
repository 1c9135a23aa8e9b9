/** One dead letter: its error in a line, more on demand, and the two things that can be done. */
import type { JobView } from '@safelight/shared'
import { useState } from 'react'
import { Link } from 'wouter'
import { TimeAgo } from '../../../ui/ago.tsx'
import { Button } from '../../../ui/button.tsx'
import { toGivenName, toShortId } from '../../../ui/job-name.ts'
import { DeadLetterDetails, toErrorText } from './dead-letter-details.tsx'
import type { DeadLetterEntry, DeadLettersData } from './use-dead-letters.ts'

export interface DeadLetterRowProps {
  entry: DeadLetterEntry
  letters: Pick<DeadLettersData, 'replay' | 'discard' | 'reread'>
  now: number
}

export function DeadLetterRow({ entry: { job, replayedBy }, letters, now }: DeadLetterRowProps) {
  const [open, setOpen] = useState(false)
  const name = toGivenName(job.metadata)
  const detailsId = `dead-${job.id}`
  return (
    <li className="dead-letter">
      <div className="dead-line">
        <button
          type="button"
          className="dead-expand"
          aria-expanded={open}
          aria-controls={detailsId}
          onClick={() => setOpen(!open)}
        >
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d="M6 3.5 10.5 8 6 12.5" />
          </svg>
          <span className="dead-what">
            <strong>{job.error ? toErrorText(job.error.code) : 'Failed'}</strong>
            <span className="dead-clip">{toFirstLine(job.error?.message)}</span>
          </span>
        </button>
        <span className="dead-facts">
          <Link href={`/jobs/${job.id}`} className="dead-job">
            {name && <span className="dead-name">{name}</span>}
            <span className="mono">{toShortId(job.id)}</span>
          </Link>
          <span>{job.attempt === 1 ? '1 attempt' : `${job.attempt} attempts`}</span>
          <TimeAgo at={Date.parse(job.completed_at ?? job.created_at)} now={now} />
        </span>
        {replayedBy === null ? (
          <DeadLetterActions job={job} letters={letters} />
        ) : (
          <span className="dead-replayed" role="status">
            Replayed as{' '}
            <Link href={`/jobs/${replayedBy}`} className="mono">
              {toShortId(replayedBy)}
            </Link>
          </span>
        )}
      </div>
      <div id={detailsId}>{open && <DeadLetterDetails job={job} />}</div>
    </li>
  )
}

function toFirstLine(message: string | undefined): string {
  return message?.split('\n')[0] ?? 'No reason was given'
}

export interface DeadLetterActionsProps {
  job: JobView
  letters: Pick<DeadLettersData, 'replay' | 'discard' | 'reread'>
}

/** Replay, or discard once confirmed. */
function DeadLetterActions({ job, letters }: DeadLetterActionsProps) {
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
