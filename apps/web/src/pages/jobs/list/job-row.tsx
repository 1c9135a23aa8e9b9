/** One job of the list. The whole row is its link; the frame of a job that can be canceled selects it. */
import { describeJob, formatDuration } from '@safelight/client'
import { memo } from 'react'
import { Link } from 'wouter'
import { TimeAgo } from '../../../ui/ago.tsx'
import { StatusBadge } from '../../../ui/badge.tsx'
import { Checkbox } from '../../../ui/checkbox.tsx'
import { toShortId } from '../../../ui/short-id.ts'
import type { JobBook } from '../data/job-book.ts'
import { useJob } from '../data/use-job.ts'
import { JobResult } from './job-result.tsx'
import './job-row.css'
import { JobThumb } from './job-thumb.tsx'
import { toLine, toName, toTookMs } from './job-words.ts'

export interface JobRowProps {
  book: JobBook
  jobId: string
  now: number
  /** The list stands still. */
  settled: boolean
  selectable: boolean
  selected: boolean
  onSelect: (jobId: string, range: boolean) => void
}

export const JobRow = memo(function JobRow({ book, jobId, ...row }: JobRowProps) {
  const update = useJob(book, jobId)
  if (!update) return null
  const { snapshot } = update
  const words = describeJob(update, { now: row.now, connection: 'live' })
  const name = toName(snapshot)
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
          <Link href={`/jobs/${jobId}`} className="row-open">
            {name ?? <span className="mono">{toShortId(jobId)}</span>}
            {name && <span className="visually-hidden">, job {toShortId(jobId)}</span>}
          </Link>
          {words.image && <span className="row-part">{words.image}</span>}
          {name && <span className="row-id mono">{toShortId(jobId)}</span>}
        </span>
        <span className="row-line">
          {snapshot.deadLetter && <span className="row-dead">Dead letter</span>}
          <span className="row-clip">{toLine(update, words)}</span>
        </span>
      </span>
      <span className="row-status">
        <StatusBadge status={snapshot.status} stalled={words.stalled !== null} />
      </span>
      <span className="row-result">
        <JobResult snapshot={snapshot} words={words} />
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
})
