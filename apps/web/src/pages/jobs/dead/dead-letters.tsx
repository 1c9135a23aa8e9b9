/** Jobs that failed for good: what happened, and whether to try again or let go. */
import { useRef } from 'react'
import { useNow } from '../../../ui/ago.tsx'
import { Button } from '../../../ui/button.tsx'
import { Empty } from '../../../ui/notice.tsx'
import { Trouble } from '../../../ui/trouble.tsx'
import type { JobsView } from '../data/filter.ts'
import { FilterBar } from '../filter-bar.tsx'
import { ListSkeleton } from '../list/list-skeleton.tsx'
import { DeadLetterRow } from './dead-letter-row.tsx'
import { ReplayAll } from './replay-all.tsx'
import { type DeadLettersData, useDeadLetters } from './use-dead-letters.ts'

export interface DeadLettersProps {
  onView: (view: JobsView) => void
  dead: string | null
}

export function DeadLetterList({ onView, dead }: DeadLettersProps) {
  const letters = useDeadLetters()
  const barRef = useRef<HTMLDivElement>(null)
  const waiting = letters.entries.filter(({ replayedBy }) => replayedBy === null)
  return (
    <>
      <div className="page-head jobs-head">
        <div>
          <h1>Jobs</h1>
          <p>Dead letters used up every attempt they were allowed.</p>
        </div>
        <ReplayAll
          jobs={waiting.map(({ job }) => job)}
          replay={letters.replay}
          onDone={letters.reread}
        />
      </div>
      <FilterBar view={{ view: 'dead' }} onView={onView} open={null} dead={dead} barRef={barRef} />
      {letters.error && (
        <Trouble
          error={letters.error}
          what="The dead letters"
          onRetry={letters.retry}
          floating={letters.entries.length > 0}
        />
      )}
      <Content letters={letters} />
    </>
  )
}

function Content({ letters }: { letters: DeadLettersData }) {
  const now = useNow(5_000)
  if (letters.loading) return letters.error ? null : <ListSkeleton />
  if (letters.entries.length === 0) {
    return (
      <div className="job-list">
        <Empty title="No dead letters">
          A job that stalls, runs out of memory or loses its host is tried again by itself. Only one
          that fails every time is put here, to be replayed once the cause is gone.
        </Empty>
      </div>
    )
  }
  return (
    <>
      <ul className="job-list dead-letters" aria-label="Dead letters">
        {letters.entries.map((entry) => (
          <DeadLetterRow key={entry.job.id} entry={entry} letters={letters} now={now} />
        ))}
      </ul>
      {letters.more && (
        <p className="dead-more">
          <Button onClick={letters.loadMore}>Show older ones</Button>
        </p>
      )}
    </>
  )
}
