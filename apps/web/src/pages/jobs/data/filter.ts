/** Which jobs the page shows, as its address says it. */
import { type JobStatus, LABEL_PATTERN, RUNNING_STATUSES } from '@safelight/shared'
import { useMemo } from 'react'
import { useLocation, useSearch } from 'wouter'

export const CHIPS = [
  { key: 'queued', label: 'Queued', statuses: ['queued'] },
  { key: 'running', label: 'Running', statuses: RUNNING_STATUSES },
  { key: 'succeeded', label: 'Done', statuses: ['succeeded'] },
  { key: 'failed', label: 'Failed', statuses: ['failed', 'expired'] },
  { key: 'canceled', label: 'Canceled', statuses: ['canceled'] },
] as const satisfies readonly { key: string; label: string; statuses: readonly JobStatus[] }[]

export type ChipKey = (typeof CHIPS)[number]['key']
/** No chip means all jobs. */
export type Chips = readonly ChipKey[]
/** @property owner null for the jobs of all */
export type JobsFilter = { chips: Chips; owner: string | null }
export type JobsView = ({ view: 'list' } & JobsFilter) | { view: 'dead' }

/** Every status may stand in an address; `canceling` asks for the chip that shows it. */
export function readView(search: string): JobsView {
  const query = new URLSearchParams(search)
  if (query.get('view') === 'dead') return { view: 'dead' }
  const named = new Set((query.get('status') ?? '').split(','))
  const asked = CHIPS.filter(({ statuses }) => statuses.some((status) => named.has(status)))
  const owner = query.get('owner')
  return {
    view: 'list',
    chips: toChips(asked.map(({ key }) => key)),
    owner: owner !== null && LABEL_PATTERN.test(owner) ? owner : null,
  }
}

/** @returns what follows the path, with its `?`; nothing for all jobs */
export function toSearch(view: JobsView): string {
  if (view.view === 'dead') return '?view=dead'
  const { chips, owner } = view
  const parts = [
    chips.length > 0 && `status=${chips.join(',')}`,
    owner !== null && `owner=${owner}`,
  ]
  const query = parts.filter((part) => part !== false).join('&')
  return query && `?${query}`
}

export function toggleChip(chips: Chips, key: ChipKey): Chips {
  return toChips(chips.includes(key) ? chips.filter((chip) => chip !== key) : [...chips, key])
}

/** What the API is to be asked for; empty for all. */
export function toStatuses(chips: Chips): readonly JobStatus[] {
  return CHIPS.filter(({ key }) => chips.includes(key)).flatMap(({ statuses }) => statuses)
}

/** In the order of the page; every chip at once is the same as none. */
function toChips(keys: readonly ChipKey[]): Chips {
  const chips = CHIPS.map(({ key }) => key).filter((key) => keys.includes(key))
  return chips.length === CHIPS.length ? [] : chips
}

/** What the page shows lives in its address: it can be linked, and Back works. */
export function useView(): [JobsView, (view: JobsView) => void] {
  const search = useSearch()
  const [, navigate] = useLocation()
  const view = useMemo(() => readView(search), [search])
  return [view, (next) => navigate(`/jobs${toSearch(next)}`)]
}
