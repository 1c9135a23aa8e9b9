/** Which jobs are selected. Pure; only jobs that can still be canceled can be. */
import { useMemo, useState } from 'react'
import type { ListedJob } from './data/job-book.ts'

export interface Selection {
  ids: ReadonlySet<string>
  /** The job that was last selected by itself: where a range begins. */
  anchor: string | null
}

export const NOTHING: Selection = { ids: new Set(), anchor: null }

export function toggle({ ids }: Selection, jobId: string): Selection {
  const next = new Set(ids)
  if (!next.delete(jobId)) next.add(jobId)
  return { ids: next, anchor: jobId }
}

/** Everything from the anchor to this job, added to what is selected. */
export function extendTo(
  selection: Selection,
  jobId: string,
  selectable: readonly string[],
): Selection {
  const from = selection.anchor === null ? -1 : selectable.indexOf(selection.anchor)
  const to = selectable.indexOf(jobId)
  if (from < 0 || to < 0) return toggle(selection, jobId)
  const range = selectable.slice(Math.min(from, to), Math.max(from, to) + 1)
  return { ids: new Set([...selection.ids, ...range]), anchor: selection.anchor }
}

/** Without jobs that have ended meanwhile. @returns the selection itself when all are still there */
export function retain(selection: Selection, selectable: readonly string[]): Selection {
  const there = new Set(selectable)
  const ids = [...selection.ids].filter((id) => there.has(id))
  return ids.length === selection.ids.size ? selection : { ...selection, ids: new Set(ids) }
}

export interface SelectionOfList {
  ids: ReadonlySet<string>
  /** Jobs of the list that can still be canceled. */
  selectable: ReadonlySet<string>
  select: (jobId: string, range: boolean) => void
  /** Selects all that can be, or nothing once all are. */
  selectAll: () => void
  clear: () => void
}

/** The selection of the list, which loses jobs as they end. */
export function useSelection(
  shown: readonly string[],
  listed: readonly ListedJob[],
): SelectionOfList {
  const [made, setMade] = useState(NOTHING)
  const selectable = useMemo(() => toSelectable(shown, listed), [shown, listed])
  const selection = useMemo(() => retain(made, selectable), [made, selectable])
  return {
    ids: selection.ids,
    selectable: useMemo(() => new Set(selectable), [selectable]),
    select: (jobId, range) => {
      if (!selectable.includes(jobId)) return
      setMade(range ? extendTo(selection, jobId, selectable) : toggle(selection, jobId))
    },
    selectAll: () => {
      const all = selection.ids.size === selectable.length
      setMade(all ? NOTHING : { ids: new Set(selectable), anchor: null })
    },
    clear: () => setMade(NOTHING),
  }
}

/** `canceling` was asked to stop already. */
function toSelectable(shown: readonly string[], listed: readonly ListedJob[]): readonly string[] {
  const open = listed.filter(({ status }) => status === 'queued' || status === 'running')
  const ids = new Set(open.map(({ id }) => id))
  return shown.filter((id) => ids.has(id))
}
