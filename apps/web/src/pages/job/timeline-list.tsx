/** What happened so far, in order: by the clock, and since the job was accepted. */
import { formatDuration } from '@safelight/client'
import type { JobEventView, SnapshotView } from '@safelight/shared'
import { useMemo } from 'react'
import { type Moment, toTimeline } from './timeline.ts'

export interface TimelineListProps {
  snapshot: SnapshotView
  events: readonly JobEventView[]
}

export function TimelineList({ snapshot, events }: TimelineListProps) {
  const moments = useMemo(() => toTimeline(snapshot, events), [snapshot, events])
  return (
    <section className="panel timeline" aria-labelledby="timeline-title">
      <h2 id="timeline-title">What happened</h2>
      <ol>
        {moments.map((moment) => (
          <MomentItem key={moment.key} moment={moment} since={snapshot.createdAt} />
        ))}
      </ol>
    </section>
  )
}

function MomentItem({ moment, since }: { moment: Moment; since: number }) {
  const { at, kind, title, detail } = moment
  const date = new Date(at)
  return (
    <li className="moment" data-kind={kind}>
      <time dateTime={date.toISOString()} title={date.toLocaleString()}>
        {toClock(date)}
      </time>
      <span className="moment-bead" aria-hidden="true" />
      <span className="moment-words">
        {title}
        {detail && <span className="soft"> {detail}</span>}
      </span>
      <span className="moment-offset">{at > since ? `+${formatDuration(at - since)}` : ''}</span>
    </li>
  )
}

/** `03:41:28` */
function toClock(date: Date): string {
  return date.toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
}
