/** How tall a row is; the same for all, so that the list knows its length without measuring. */
import { useSyncExternalStore } from 'react'

/** job-row.css turns rows into cards at the same width. */
const NARROW = '(max-width: 46rem)'
const ROW_REM = 4.25
const CARD_REM = 5

/** @returns px; follows the width of the page and the reader's font size */
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
