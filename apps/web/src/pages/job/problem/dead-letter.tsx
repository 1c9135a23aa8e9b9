/** A job that used up its attempts: what they came to, and another chance. */
import { useClient } from '@safelight/client/react'
import type { SnapshotView } from '@safelight/shared'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { Button } from '../../../ui/button.tsx'
import { useNextJob } from '../use-next-job.ts'
import { toShortId } from '../../../ui/job-name.ts'

export function DeadLetterNote({ snapshot }: { snapshot: SnapshotView }) {
  const client = useClient()
  const next = useNextJob()
  const { jobId, deadLetter, replayedBy, attempt, hostId, error } = snapshot
  const { data } = useQuery({
    queryKey: ['dead-letter', jobId],
    queryFn: ({ signal }) => client.deadLetters.get(jobId, { signal }),
    enabled: deadLetter,
  })
  if (replayedBy) {
    return (
      <p className="last-chance">
        It was replayed as <Link href={`/jobs/${replayedBy}`}>{toShortId(replayedBy)}</Link>.
      </p>
    )
  }
  return (
    <div className="last-chance">
      <p>
        Every attempt it was allowed is used up, so it waits among the <strong>dead letters</strong>{' '}
        until somebody replays or discards it.
      </p>
      {data && data.failures.length > 0 && (
        <ol>
          {data.failures.map(({ attempt, host_id: host, cause }) => (
            <li key={attempt}>
              Attempt {attempt} on <code>{host}</code>: {toText(cause)}
            </li>
          ))}
          {/* the one that ended the job is told apart from those before it */}
          {error && !data.failures.some((failure) => failure.attempt === attempt) && (
            <li>
              Attempt {attempt} on <code>{hostId}</code>: {toText(error.code)}
            </li>
          )}
        </ol>
      )}
      <Button
        look="primary"
        disabled={next.isStarting}
        onClick={() => next.start(() => client.deadLetters.replay(jobId))}
      >
        Replay as a new job
      </Button>
      {next.problem && (
        <p className="action-problem" role="alert">
          {next.problem}
        </p>
      )}
    </div>
  )
}

function toText(cause: string): string {
  return cause.replaceAll('_', ' ')
}
