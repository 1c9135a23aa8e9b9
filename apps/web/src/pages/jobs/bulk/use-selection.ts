/** The selection of the list, which loses jobs as they end. */
import { useMemo, useState } from 'react'
import type { ListedJob } from '../data/job-book.ts'
import { extendTo, NOTHING, retain, toggle } from './selection.ts'

export interface SelectionOfList {
  ids: ReadonlySet<string>
  /** Jobs of the list that can still be canceled. */
  selectable: ReadonlySet<string>
  select: (jobId: string, range: boolean) => void
  /** Selects all that can be, or nothing once all are. */
  selectAll: () => void
  clear: () => void
}

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
