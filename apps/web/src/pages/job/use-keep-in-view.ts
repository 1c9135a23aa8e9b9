/** Keeps one row of a scrolling list in view, until the reader scrolls elsewhere. */
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'

export interface KeptInView {
  list: RefObject<HTMLOListElement | null>
  /** The reader looks at another place of the list. */
  isAway: boolean
  /** To the row, and stay with it. */
  comeBack: () => void
  onScroll: () => void
}

/** Where in the list, from its top, the row is put; and beyond which it is put there again. */
const PLACE = 0.35
const LOWEST = 0.8

/** @param rowId `data-node` of the row; null while there is none to follow */
export function useKeepInView(rowId: string | null): KeptInView {
  const list = useRef<HTMLOListElement>(null)
  const [isAway, setAway] = useState(false)

  const show = useCallback(() => {
    const box = list.current
    const row = findRow(box, rowId)
    if (!box || !row) return
    const top = row.offsetTop - box.scrollTop
    // where it can be seen well it stays: a list that moves all the time cannot be read
    if (top >= 0 && top < box.clientHeight * LOWEST) return
    // not scrollIntoView: that would move the page, too
    box.scrollTo({ top: row.offsetTop - box.clientHeight * PLACE })
  }, [rowId])

  useEffect(() => {
    if (!isAway) show()
  }, [isAway, show])

  return {
    list,
    isAway: isAway && rowId !== null,
    comeBack() {
      setAway(false)
      show()
    },
    // whenever we scroll, the row comes into view: if it is not, it was the reader
    onScroll() {
      const row = findRow(list.current, rowId)
      if (list.current && row) setAway(!isInView(list.current, row))
    },
  }
}

function findRow(box: HTMLElement | null, id: string | null): HTMLElement | null {
  if (id === null) return null
  return box?.querySelector<HTMLElement>(`[data-node="${CSS.escape(id)}"]`) ?? null
}

function isInView(box: HTMLElement, row: HTMLElement): boolean {
  const top = row.offsetTop - box.scrollTop
  return top + row.offsetHeight > 0 && top < box.clientHeight
}
