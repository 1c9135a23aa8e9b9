/** Keeps what one looks at in its place while jobs come and go above it. */
import { type RefObject, useLayoutEffect, useRef } from 'react'

/** The page's head covers so much of the top. */
export const HEADER_PX = 64

export interface SteadyOptions {
  ids: readonly string[]
  listRef: RefObject<HTMLElement | null>
  rowHeight: number
}

export function useSteady({ ids, listRef, rowHeight }: SteadyOptions): void {
  const shown = useRef(ids)
  useLayoutEffect(() => {
    const before = shown.current
    shown.current = ids
    const top = toListTop(listRef)
    // where the list begins in view, new jobs may be seen to arrive
    if (before === ids || top >= HEADER_PX) return
    const at = Math.floor((HEADER_PX - top) / rowHeight)
    const rows = toShift(before, ids, at)
    if (rows !== 0) window.scrollBy({ top: rows * rowHeight, behavior: 'instant' })
  }, [ids, listRef, rowHeight])
}

function toListTop(listRef: RefObject<HTMLElement | null>): number {
  return listRef.current?.getBoundingClientRect().top ?? 0
}

/** By how many rows the job at `at` has moved, or the next one that is still there. */
export function toShift(before: readonly string[], after: readonly string[], at: number): number {
  const places = new Map(after.map((id, place) => [id, place]))
  for (let from = at; from < before.length; from += 1) {
    const place = places.get(before[from] ?? '')
    if (place !== undefined) return place - from
  }
  return 0
}
