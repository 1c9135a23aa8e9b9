/** The chips that say which jobs are shown, and whose. */
import { type RefObject, useEffect } from 'react'
import { Sign } from '../../ui/sign.tsx'
import { CHIPS, type ChipKey, type JobsFilter, type JobsView, toggleChip } from './data/filter.ts'
import type { Open } from './data/read-open.ts'

export interface FilterBarProps {
  view: JobsView
  onView: (view: JobsView) => void
  open: Pick<Open, 'queued' | 'running' | 'more'> | null
  /** Dead letters there are, e.g. `3` or `9+`; null when none. */
  dead: string | null
  barRef: RefObject<HTMLDivElement | null>
}

export function FilterBar({ view, onView, open, dead, barRef }: FilterBarProps) {
  const { chips, owner } = view.view === 'list' ? view : NO_FILTER
  const pressed = view.view === 'list' ? chips.join() : view.view
  useEffect(() => showPressed(barRef.current), [barRef, pressed])
  return (
    <div className="filter-bar" role="group" aria-label="Show" ref={barRef}>
      {owner !== null && (
        <button
          type="button"
          className="chip chip-owner"
          onClick={() => onView({ view: 'list', chips, owner: null })}
        >
          <span>
            Owner <b>{owner}</b>
          </span>
          <span className="visually-hidden">, show the jobs of all</span>
          <Sign name="cross" />
        </button>
      )}
      <Chip
        pressed={view.view === 'list' && chips.length === 0}
        onPress={() => onView({ view: 'list', chips: [], owner })}
        label="All"
      />
      {CHIPS.map(({ key, label }) => (
        <Chip
          key={key}
          pressed={chips.includes(key)}
          onPress={() => onView({ view: 'list', chips: toggleChip(chips, key), owner })}
          label={label}
          count={toCount(key, open)}
        />
      ))}
      <span className="filter-apart" />
      <Chip
        pressed={view.view === 'dead'}
        onPress={() => onView({ view: 'dead' })}
        label="Dead letters"
        count={dead}
        bad
      />
    </div>
  )
}

/** On a phone the bar is wider than the screen: what is chosen is seen, and the page itself stays where it is. */
function showPressed(bar: HTMLElement | null): void {
  const chip = bar?.querySelector<HTMLElement>('[aria-pressed="true"]')
  if (!bar || !chip) return
  const [outer, inner] = [bar.getBoundingClientRect(), chip.getBoundingClientRect()]
  if (inner.left >= outer.left && inner.right <= outer.right) return
  bar.scrollLeft += inner.left + inner.width / 2 - (outer.left + outer.width / 2)
}

const NO_FILTER: JobsFilter = { chips: [], owner: null }

interface ChipProps {
  label: string
  pressed: boolean
  onPress: () => void
  count?: string | null
  bad?: boolean
}

function Chip({ label, pressed, onPress, count = null, bad = false }: ChipProps) {
  return (
    <button type="button" className="chip" aria-pressed={pressed} onClick={onPress}>
      {label}
      {count !== null && <span className={bad ? 'chip-count bad' : 'chip-count'}>{count}</span>}
    </button>
  )
}

/** Only what is open is counted: the rest would have to be read to the end. */
function toCount(key: ChipKey, open: FilterBarProps['open']): string | null {
  if (key === 'queued' && open?.queued) return open.more ? `${open.queued}+` : `${open.queued}`
  if (key === 'running' && open?.running) return `${open.running}`
  return null
}
