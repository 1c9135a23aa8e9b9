/** All jobs: which there are, how far each is, and what to do about many of them. The address says which are shown. */
import { useRef } from 'react'
import { Button } from '../../ui/button.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { useBulkCancel } from './bulk-cancel.ts'
import { type JobsFilter, type JobsView, toSearch, useView } from './data/filter.ts'
import { useJobs } from './data/use-jobs.ts'
import { DeadLetterList } from './dead/dead-letters.tsx'
import { useDeadCount } from './dead/use-dead-letters.ts'
import { FilterBar } from './filter-bar.tsx'
import { EmptyJobs } from './list/empty-jobs.tsx'
import { JobList } from './list/job-list.tsx'
import { ListSkeleton } from './list/list-skeleton.tsx'
import { useSelection } from './selection.ts'
import './jobs.css'
import './list/job-row.css'
import './dead/dead-letters.css'

export function JobsPage() {
  const [view, onView] = useView()
  const dead = useDeadCount()
  if (view.view === 'dead') return <DeadLetterList onView={onView} dead={dead} />
  return <JobsPanel filter={view} onView={onView} dead={dead} />
}

export interface JobsPanelProps {
  filter: JobsFilter
  onView: (view: JobsView) => void
  dead: string | null
}

/** The live list with its filter, and the bar for many jobs at once. */
function JobsPanel({ filter, onView, dead }: JobsPanelProps) {
  const { chips, owner } = filter
  const jobs = useJobs(filter)
  const { open, ids } = jobs
  const selection = useSelection(ids, jobs.listed)
  const bulk = useBulkCancel(selection.clear)
  const barRef = useRef<HTMLDivElement>(null)
  const toFilter = () => {
    barRef.current?.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus()
  }
  const escape = () => (bulk.now.step === 'idle' ? selection.clear() : bulk.dismiss())
  return (
    <>
      <div className="page-head jobs-head">
        <div>
          <h1>Jobs</h1>
          <p className="jobs-keys" aria-hidden="true">
            <kbd>j</kbd>
            <kbd>k</kbd> move · <kbd>Enter</kbd> opens · <kbd>x</kbd> selects · <kbd>/</kbd> filter
          </p>
        </div>
        {open && open.queued > 0 && (
          <Button
            look="danger"
            compact
            disabled={bulk.now.step === 'working'}
            onClick={() => bulk.ask({ kind: 'queued', count: open.queued, more: open.more, owner })}
          >
            Cancel all queued{owner !== null && ` of ${owner}`}
          </Button>
        )}
      </div>
      <FilterBar
        view={{ view: 'list', chips, owner }}
        onView={onView}
        open={open}
        dead={dead}
        barRef={barRef}
      />
      {jobs.error && (
        <Trouble
          error={jobs.error}
          what="The jobs"
          onRetry={jobs.retry}
          floating={ids.length > 0}
        />
      )}
      {toContent()}
      <BulkBar bulk={bulk} selection={selection} />
    </>
  )

  function toContent() {
    if (ids.length > 0) {
      return (
        <JobList
          jobs={jobs}
          selection={selection}
          place={toSearch({ view: 'list', chips, owner })}
          onFilter={toFilter}
          onEscape={escape}
        />
      )
    }
    // an empty page with more behind it is not the end: the list goes on looking
    if (jobs.loading || jobs.more)
      return jobs.error ? null : <ListSkeleton onMore={jobs.loadMore} />
    return <EmptyJobs filter={filter} />
  }
}
