/** One job of the list: what was asked for first, its id second. The whole row is its link; the frame of a job that can be canceled selects it. */
import { toJobDisplay, formatDuration, type JobDisplay, type JobUpdate } from '@safelight/client'
import { DEFAULT_OWNER, isRunning, type SnapshotView } from '@safelight/shared'
import { memo } from 'react'
import { Link } from 'wouter'
import { TimeAgo } from '../../../ui/ago.tsx'
import { StatusBadge } from '../../../ui/badge.tsx'
import { Checkbox } from '../../../ui/checkbox.tsx'
import { toShortId } from '../../../ui/job-name.ts'
import { ThinBar } from '../../../ui/thin-bar.tsx'
import { toSearch } from '../data/filter.ts'
import { type JobBook, useJob } from '../data/job-book.ts'
import { type ReadTitle, useTitle } from '../data/use-title.ts'
import { JobThumb } from './job-thumb.tsx'
import { toLine, toTookMs } from './job-text.ts'

export interface JobRowProps {
  book: JobBook
  jobId: string
  now: number
  readTitle: ReadTitle
  /** The list stands still. */
  settled: boolean
  selectable: boolean
  selected: boolean
  onSelect: (jobId: string, range: boolean) => void
}

export const JobRow = memo(function JobRow({ book, jobId, ...row }: JobRowProps) {
  const update = useJob(book, jobId)
  return update && <KnownRow {...row} jobId={jobId} update={update} />
})

function KnownRow({ jobId, update, ...row }: Omit<JobRowProps, 'book'> & { update: JobUpdate }) {
  const { snapshot } = update
  const title = useTitle(snapshot, { read: row.readTitle, wanted: row.settled })
  const description = toJobDisplay(update, { now: row.now, connection: 'live' })
  const tookMs = toTookMs(snapshot, row.now)
  return (
    <div className="job-row" data-selected={row.selected} data-status={snapshot.status}>
      <span className="row-frame">
        <JobThumb snapshot={snapshot} settled={row.settled} />
        {row.selectable && (
          <label className="row-pick">
            <Checkbox
              checked={row.selected}
              aria-label={`Select job ${toShortId(jobId)}`}
              onChange={({ nativeEvent }) =>
                row.onSelect(jobId, nativeEvent instanceof MouseEvent && nativeEvent.shiftKey)
              }
            />
          </label>
        )}
      </span>
      <span className="row-what">
        <span className="row-title">
          <Link href={`/jobs/${jobId}`} className="row-open" title={title ?? undefined}>
            {title ?? <span className="row-ghost-line" />}
            <span className="visually-hidden">, job {toShortId(jobId)}</span>
          </Link>
        </span>
        <span className="row-line">
          <span className="row-id mono">{toShortId(jobId)}</span>
          <RowOwner owner={snapshot.owner} />
          {description.image && <span className="row-part">{description.image}</span>}
          {snapshot.deadLetter && <span className="row-dead">Dead letter</span>}
          <span className="row-clip">{toLine(update, description)}</span>
        </span>
      </span>
      <span className="row-status">
        <StatusBadge status={snapshot.status} stalled={description.stalled !== null} />
      </span>
      <span className="row-result">
        <JobResult snapshot={snapshot} description={description} />
      </span>
      <span className="row-took">
        {tookMs !== null && (
          <>
            <span className="visually-hidden">took </span>
            {formatDuration(tookMs)}
          </>
        )}
      </span>
      <span className="row-host mono" title={snapshot.hostId ?? undefined}>
        {snapshot.hostId}
      </span>
      <span className="row-age">
        <TimeAgo at={snapshot.createdAt} now={row.now} />
      </span>
    </div>
  )
}

/** Whose it is, where anybody said so: leads to all of theirs. */
function RowOwner({ owner }: { owner: string }) {
  if (owner === DEFAULT_OWNER) return null
  return (
    <Link
      href={`/jobs${toSearch({ view: 'list', chips: [], owner })}`}
      className="row-part row-owner"
      title={`Only the jobs of ${owner}`}
    >
      {owner}
    </Link>
  )
}

export interface JobResultProps {
  snapshot: SnapshotView
  description: JobDisplay
}

/** How far a job is, or what came of it. */
function JobResult({ snapshot: { status, outputs }, description }: JobResultProps) {
  if (isRunning(status)) {
    return (
      <>
        <ThinBar value={description.value} label="Progress" />
        {description.step && <span className="row-step">{description.step}</span>}
        <span className="row-percent">{description.percent} %</span>
      </>
    )
  }
  if (outputs.length === 0) return null
  return <span>{outputs.length === 1 ? '1 output' : `${outputs.length} outputs`}</span>
}
