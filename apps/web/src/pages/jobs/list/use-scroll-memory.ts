/**
 * Comes back to where one was. The row is kept in the history entry: it is Back that restores it,
 * and new jobs above it do no harm.
 */
import { useEffect, useLayoutEffect, useRef } from 'react'
import { HEADER_PX, type SteadyOptions } from './use-steady.ts'

const SETTLED_MS = 250

/** The first row in view, and by how much of it the page is scrolled past its top. */
interface Position {
  jobId: string
  past: number
}

export interface ScrollMemoryOptions extends SteadyOptions {
  /** What is scrolled; another one begins at its own position. */
  place: string
}

export function useScrollMemory({ place, ...list }: ScrollMemoryOptions): void {
  const latest = useRef(list)
  useLayoutEffect(() => {
    latest.current = list
  })
  useLayoutEffect(() => {
    // the browser would restore a number of pixels, which is another row by now
    history.scrollRestoration = 'manual'
    return () => {
      history.scrollRestoration = 'auto'
    }
  }, [place])
  useLayoutEffect(() => {
    window.scrollTo({ top: toScroll(readPosition(), latest.current), behavior: 'instant' })
  }, [place])

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const onScroll = () => {
      clearTimeout(timer)
      timer = setTimeout(() => keepPosition(toPosition(latest.current)), SETTLED_MS)
    }
    addEventListener('scroll', onScroll, { passive: true })
    return () => {
      clearTimeout(timer)
      removeEventListener('scroll', onScroll)
    }
  }, [place])
}

/** @returns null near the top, where one wants to see what is new */
function toPosition({ ids, listRef, rowHeight }: SteadyOptions): Position | null {
  const under = HEADER_PX - (listRef.current?.getBoundingClientRect().top ?? 0)
  if (under <= 0) return null
  const jobId = ids[Math.floor(under / rowHeight)]
  return jobId === undefined ? null : { jobId, past: under % rowHeight }
}

function toScroll(position: Position | null, { ids, listRef, rowHeight }: SteadyOptions): number {
  const at = position === null ? -1 : ids.indexOf(position.jobId)
  if (position === null || at < 0 || !listRef.current) return 0
  const listTop = listRef.current.getBoundingClientRect().top + scrollY
  return listTop + at * rowHeight + position.past - HEADER_PX
}

function keepPosition(position: Position | null): void {
  history.replaceState({ ...history.state, position }, '')
}

function readPosition(): Position | null {
  const kept: unknown = history.state?.position
  return isPosition(kept) ? kept : null
}

function isPosition(value: unknown): value is Position {
  return (
    typeof value === 'object' &&
    value !== null &&
    'jobId' in value &&
    typeof value.jobId === 'string' &&
    'past' in value &&
    typeof value.past === 'number'
  )
}
