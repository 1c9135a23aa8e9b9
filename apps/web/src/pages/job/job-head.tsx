/** Which job this is, in its submitter's words, and what belongs to it. */
import type { SnapshotView } from '@safelight/shared'
import { Link } from 'wouter'
import { CopyButton } from '../../ui/copy-button.tsx'
import { BatchStrip } from './batch-strip.tsx'
import { toShortId } from '../../ui/job-name.ts'

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
