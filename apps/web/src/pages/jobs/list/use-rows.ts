/** The rows to draw of a long list that scrolls with the page. */
import { defaultRangeExtractor, type Range, useWindowVirtualizer } from '@tanstack/react-virtual'
import { type RefObject, useLayoutEffect, useState, useSyncExternalStore } from 'react'
import { HEADER_PX, type SteadyOptions, useSteady } from './use-steady.ts'

/** Rows beyond the edges: enough for the keyboard, and for a frame of fast scrolling. */
const OVERSCAN = 8
const BAR_PX = 96

export interface RowsOptions extends SteadyOptions {
  /** A row that stays drawn wherever one scrolls: the one with the focus. */
  kept: string | null
}

export function useRows({ ids, listRef, rowHeight, kept }: RowsOptions) {
  const margin = useOffsetTop(listRef)
  const keptAt = kept === null ? -1 : ids.indexOf(kept)
  const rows = useWindowVirtualizer({
    count: ids.length,
    estimateSize: () => rowHeight,
    getItemKey: (at) => ids[at] ?? at,
    overscan: OVERSCAN,
    scrollMargin: margin,
    scrollPaddingStart: HEADER_PX,
    // the bar with what to do about selected jobs floats there
    scrollPaddingEnd: BAR_PX,
    // the first paint has rows, before anything was measured
    initialRect: { width: innerWidth, height: innerHeight },
    rangeExtractor: (range: Range) => {
      const drawn = defaultRangeExtractor(range)
      return keptAt < 0 || drawn.includes(keptAt) ? drawn : [...drawn, keptAt].sort((a, b) => a - b)
    },
  })
  useLayoutEffect(() => rows.measure(), [rows, rowHeight])
  useSteady({ ids, listRef, rowHeight })
  return rows
}

/** Where the list begins in the document: notices above it come and go. */
function useOffsetTop(ref: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0)
  useLayoutEffect(() => {
    const measure = () => {
      if (ref.current) setTop(ref.current.getBoundingClientRect().top + scrollY)
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [ref])
  return top
}

/** job-row.css turns rows into cards at the same width. */
const NARROW = '(max-width: 46rem)'
const ROW_REM = 4.25
const CARD_REM = 5

/**
 * How tall a row is; the same for all, so that the list knows its length without measuring.
 * @returns px; follows the width of the page and the reader's font size
 */
export function useRowHeight(): number {
  return useSyncExternalStore(subscribe, read)
}

function read(): number {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  return Math.round(rem * (matchMedia(NARROW).matches ? CARD_REM : ROW_REM))
}

function subscribe(listener: () => void): () => void {
  addEventListener('resize', listener)
  return () => removeEventListener('resize', listener)
}
