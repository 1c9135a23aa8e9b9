/** What the page shows lives in its address: it can be linked, and Back works. */
import { useMemo } from 'react'
import { useLocation, useSearch } from 'wouter'
import { type JobsView, readView, toSearch } from './filter.ts'

export function useView(): [JobsView, (view: JobsView) => void] {
  const search = useSearch()
  const [, navigate] = useLocation()
  const view = useMemo(() => readView(search), [search])
  return [view, (next) => navigate(`/jobs${toSearch(next)}`)]
}
