/** Which job this is, in its submitter's words, and what belongs to it. */
import { assertNever, type JobStatus, type JobView, type SnapshotView } from '@safelight/shared'
import { Link } from 'wouter'
import { CopyButton } from '../../ui/copy-button.tsx'
import { toShortId } from '../../ui/job-name.ts'
import { Sign } from '../../ui/sign.tsx'
import { readBatch, useSiblings } from './siblings.ts'

export interface JobHeadProps {
  jobId: string
  name: string
  snapshot: SnapshotView | null
}

export function JobHead({ jobId, name, snapshot }: JobHeadProps) {
  return (
    <header className="job-head">
      <p className="job-trail">
        <Link href="/jobs">Jobs</Link>
        <span aria-hidden="true">/</span>
        <code>{toShortId(jobId)}</code>
        {snapshot?.replayOf && (
          <>
            replays
            <Link href={`/jobs/${snapshot.replayOf}`}>
              <code>{toShortId(snapshot.replayOf)}</code>
            </Link>
          </>
        )}
        <CopyButton text={location.href} label="Copy link" sign="link" />
      </p>
      <h1 title={name}>{name}</h1>
      {snapshot && <BatchStrip snapshot={snapshot} />}
    </header>
  )
}

/** The batch this job belongs to: which of how many it is, and the way to the others. */
function BatchStrip({ snapshot }: { snapshot: SnapshotView }) {
  const place = readBatch(snapshot.metadata)
  const siblings = useSiblings(place?.batch ?? null, snapshot.status)
  if (!place) return null
  return (
    <nav className="siblings" aria-label="Jobs of this batch">
      <span className="soft">Batch of {place.count}</span>
      <ol>
        {siblings.map((job) => (
          <li key={job.id}>
            <Sibling job={job} isHere={job.id === snapshot.jobId} status={snapshot.status} />
          </li>
        ))}
      </ol>
    </nav>
  )
}

/** @param status of the job that is shown: heard live, so newer than the list */
function Sibling(props: { job: JobView; isHere: boolean; status: JobStatus }) {
  const { job, isHere } = props
  const index = readBatch(job.metadata)?.index ?? '?'
  const status = isHere ? props.status : job.status
  return (
    <Link
      href={`/jobs/${job.id}`}
      className="sibling"
      data-status={status}
      aria-current={isHere ? 'page' : undefined}
      aria-label={`Image ${index}: ${status}`}
    >
      <Mark status={status} />
      {index}
    </Link>
  )
}

function Mark({ status }: { status: JobStatus }) {
  switch (status) {
    case 'succeeded':
      return <Sign name="check" />
    case 'failed':
    case 'expired':
      return <Sign name="cross" />
    case 'canceled':
      return <Sign name="dash" />
    case 'queued':
    case 'running':
    case 'canceling':
      return <span className="sibling-light" />
    default:
      return assertNever(status)
  }
}
