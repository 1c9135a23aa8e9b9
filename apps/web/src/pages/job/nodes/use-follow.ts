/** Keeps one row of a scrolling list in view, until the reader scrolls elsewhere. */
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'

export interface Follow {
  list: RefObject<HTMLOListElement | null>
  /** The reader looks at another place of the list. */
  isAway: boolean
  /** To the row, and stay with it. */
  comeBack: () => void
  /** To be called when the reader scrolls, by whatever means; not when we do. */
  onReaderScroll: () => void
}

/** @param rowId `data-node` of the row; null while there is none to follow */
export function useFollow(rowId: string | null): Follow {
  const list = useRef<HTMLOListElement>(null)
  const [isAway, setAway] = useState(false)

  const show = useCallback(() => {
    const box = list.current
    const row = rowId === null ? null : findRow(box, rowId)
    // not scrollIntoView: that would move the page, too
    if (box && row) box.scrollTo({ top: row.offsetTop - box.clientHeight * 0.4 })
  }, [rowId])

  useEffect(() => {
    if (!isAway) show()
  }, [isAway, show])

  return {
    list,
    isAway: isAway && rowId !== null,
    comeBack: () => setAway(false),
    onReaderScroll: () => {
      const row = rowId === null ? null : findRow(list.current, rowId)
      // a list that is short enough to be seen whole cannot be left
      if (list.current && list.current.scrollHeight > list.current.clientHeight) {
        setAway(!row || !isInView(list.current, row))
      }
    },
  }
}

function findRow(box: HTMLElement | null, id: string): HTMLElement | null {
  return box?.querySelector<HTMLElement>(`[data-node="${CSS.escape(id)}"]`) ?? null
}

function isInView(box: HTMLElement, row: HTMLElement): boolean {
  const top = row.offsetTop - box.scrollTop
  return top + row.offsetHeight > 0 && top < box.clientHeight
}
