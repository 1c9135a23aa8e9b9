/** What is known of a dead letter: every attempt, and the whole error. */
import { useClient } from '@safelight/client/react'
import type { DeadLetterView, JobErrorCode, JobView } from '@safelight/shared'
import { useQuery } from '@tanstack/react-query'
import { Trouble } from '../../../ui/trouble.tsx'

export function DeadLetterDetails({ job }: { job: JobView }) {
  const client = useClient()
  const letter = useQuery({
    queryKey: ['dead-letter', job.id],
    queryFn: ({ signal }) => client.deadLetters.get(job.id, { signal }),
    // it does not change any more, and is gone once replayed
    staleTime: Infinity,
    retry: false,
    networkMode: 'always',
  })
  // a replayed one was already read when it is still open
  if (letter.error && !letter.data) {
    return (
      <Trouble error={letter.error} what="The dead letter" onRetry={() => void letter.refetch()} />
    )
  }
  const failures = toFailures(job, letter.data)
  const { error } = job
  return (
    <div className="dead-details" aria-busy={letter.isPending}>
      <p className="dead-message">{error?.message}</p>
      {error?.class_type && (
        <p className="soft">
          At node {error.node_id}, <span className="mono">{error.class_type}</span>
        </p>
      )}
      {failures.length > 0 && (
        <table>
          <caption className="visually-hidden">Attempts that failed</caption>
          <thead>
            <tr>
              <th scope="col">Attempt</th>
              <th scope="col">Host</th>
              <th scope="col">What happened</th>
            </tr>
          </thead>
          <tbody>
            {failures.map(({ attempt, host_id, cause }) => (
              <tr key={`${attempt} ${host_id}`}>
                <td>{attempt}</td>
                <td className="mono">{host_id}</td>
                <td>{toErrorText(cause)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {error?.traceback && (
        <details>
          <summary>Traceback</summary>
          <pre className="mono">{error.traceback.trimEnd()}</pre>
        </details>
      )}
    </div>
  )
}

/** The last attempt is known by the error of the job itself. */
function toFailures(job: JobView, letter: DeadLetterView | undefined): DeadLetterView['failures'] {
  const known = letter?.failures ?? []
  if (!letter || known.some(({ attempt }) => attempt === job.attempt)) return known
  const cause = job.error?.code ?? 'internal'
  return [...known, { attempt: job.attempt, host_id: job.host_id ?? 'none', cause }]
}

const TEXTS: Record<JobErrorCode, string> = {
  invalid_workflow: 'Invalid workflow',
  node_execution_error: 'A node raised',
  out_of_memory: 'Out of memory',
  stalled: 'Stalled',
  interrupted: 'Interrupted on its host',
  host_unavailable: 'Host lost',
  missing_asset: 'Input gone',
  input_too_large: 'Input too large',
  output_missing: 'Output missing',
  timeout: 'Out of time',
  expired: 'Started too late',
  worker_lost: 'Workers lost',
  internal: 'Internal error',
}

/**
 * Why a job failed, in a word or two.
 * @param code one that is not known is its own word: a newer server may have it
 */
export function toErrorText(code: string): string {
  return isKnown(code) ? TEXTS[code] : code.replaceAll('_', ' ')
}

function isKnown(code: string): code is JobErrorCode {
  return Object.hasOwn(TEXTS, code)
}
