/** The jobs, newest first: as many rows as fit are drawn, and only those are watched. */
import { isTerminal } from '@safelight/shared'
import { useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { useNow } from '../../../ui/ago.tsx'
import { Checkbox } from '../../../ui/checkbox.tsx'
import type { JobsData } from '../data/use-jobs.ts'
import { useTitleReader } from '../data/use-title.ts'
import { useWatched } from '../data/use-watched.ts'
import type { SelectionOfList } from '../selection.ts'
import { JobRow } from './job-row.tsx'
import { NewPill } from './new-pill.tsx'
import { useListKeys } from './use-list-keys.ts'
import { useRowHeight, useRows } from './use-rows.ts'
import { useScrollMemory } from './use-scroll-memory.ts'

/** One connection carries them all; the rest of a tall screen is polled. */
const WATCHED_AT_MOST = 30
/** Older jobs are asked for so many rows before the end. */
const AHEAD = 30

export interface JobListProps {
  jobs: JobsData
  selection: SelectionOfList
  /** Which list it is: another one begins at its own position. */
  place: string
  onFilter: () => void
  onEscape: () => void
}

export function JobList({ jobs, selection, place, onFilter, onEscape }: JobListProps) {
  const { book, ids, more, loadMore } = jobs
  const listRef = useRef<HTMLUListElement>(null)
  const [focused, setFocused] = useState<string | null>(null)
  const rowHeight = useRowHeight()
  const rows = useRows({ ids, listRef, rowHeight, kept: focused })
  const now = useNow(1_000)
  const readTitle = useTitleReader()
  const drawn = rows.getVirtualItems()
  const settled = !rows.isScrolling

  useScrollMemory({ place, ids, listRef, rowHeight })
  const open = drawn.flatMap(({ index }) => {
    const status = book.get(ids[index] ?? '')?.snapshot.status
    return status && !isTerminal(status) ? (ids[index] ?? []) : []
  })
  useWatched(book, { ids: open.slice(0, WATCHED_AT_MOST), paused: !settled })

  const last = drawn.at(-1)?.index ?? 0
  const nearEnd = more && last >= ids.length - AHEAD
  useEffect(() => {
    if (nearEnd) loadMore()
  })

  const focusRow = (at: number) => {
    const id = ids[at]
    if (id === undefined) return
    // drawn before it is focused, wherever it is
    flushSync(() => setFocused(id))
    rows.scrollToIndex(at, { align: 'auto' })
    const row = listRef.current?.querySelector<HTMLElement>(
      `[data-job="${CSS.escape(id)}"] .row-open`,
    )
    row?.focus({ preventScroll: true })
  }
  useListKeys({
    inList: (target) => target instanceof Node && listRef.current?.contains(target) === true,
    move: (by) => {
      const at = focused === null ? -1 : ids.indexOf(focused)
      focusRow(at < 0 ? Math.max(0, firstInView(rows.scrollOffset, listRef, rowHeight)) : at + by)
    },
    select: () => {
      if (focused !== null) selection.select(focused, false)
    },
    toFilter: onFilter,
    escape: onEscape,
  })

  return (
    <div className="job-list">
      <JobHeads selection={selection} />
      <NewPill ids={ids} />
      <ul
        ref={listRef}
        role="list"
        aria-label="Jobs"
        style={{ height: rows.getTotalSize() }}
        onFocus={({ target }) =>
          setFocused(target.closest<HTMLElement>('[data-job]')?.dataset['job'] ?? null)
        }
      >
        {drawn.map(({ key, index, start, size }) => {
          const id = ids[index]
          if (id === undefined) return null
          return (
            <li
              key={key}
              data-job={id}
              aria-posinset={index + 1}
              aria-setsize={more ? -1 : ids.length}
              style={{
                height: size,
                transform: `translateY(${start - rows.options.scrollMargin}px)`,
              }}
            >
              <JobRow
                book={book}
                jobId={id}
                now={now}
                readTitle={readTitle}
                settled={settled}
                selectable={selection.selectable.has(id)}
                selected={selection.ids.has(id)}
                onSelect={selection.select}
              />
            </li>
          )
        })}
      </ul>
      <p className="list-end" role="status">
        {more ? 'Loading older jobs …' : ids.length > 20 && `That is all: ${ids.length} jobs.`}
      </p>
    </div>
  )
}

function firstInView(
  offset: number | null,
  listRef: { current: HTMLElement | null },
  rowHeight: number,
): number {
  const top = listRef.current?.getBoundingClientRect().top ?? 0
  return offset === null || top > 0 ? 0 : Math.ceil(-top / rowHeight) + 1
}

/** What the columns are, and the box that selects all. */
function JobHeads({ selection }: { selection: SelectionOfList }) {
  const { ids, selectable } = selection
  const some = ids.size > 0 && ids.size < selectable.size
  return (
    <div className="job-heads" data-selectable={selectable.size > 0}>
      <label className="heads-pick">
        {selectable.size > 0 && (
          <Checkbox
            checked={ids.size > 0 && !some}
            indeterminate={some}
            aria-label={`Select the ${selectable.size} loaded jobs that can be canceled`}
            onChange={selection.selectAll}
          />
        )}
        {selectable.size > 0 && <span aria-hidden="true">Select all</span>}
      </label>
      <span aria-hidden="true" className="row-what">
        Job
      </span>
      <span aria-hidden="true">Status</span>
      <span aria-hidden="true">Result</span>
      <span aria-hidden="true" className="row-took">
        Took
      </span>
      <span aria-hidden="true" className="row-host">
        Host
      </span>
      <span aria-hidden="true" className="row-age">
        Created
      </span>
    </div>
  )
}
