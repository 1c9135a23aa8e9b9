/** Comes back to where one was: the position is kept in the history entry, so that it is Back that restores it. */
import { useEffect, useLayoutEffect } from 'react'

const SETTLED_MS = 100

/**
 * @param place what is scrolled; another one begins at its own position
 * @param ready there is something to scroll
 */
export function useScrollMemory(place: string, ready: boolean): void {
  useLayoutEffect(() => {
    if (ready) window.scrollTo({ top: readPosition(), behavior: 'instant' })
  }, [place, ready])

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const onScroll = () => {
      clearTimeout(timer)
      timer = setTimeout(keepPosition, SETTLED_MS)
    }
    addEventListener('scroll', onScroll, { passive: true })
    return () => {
      clearTimeout(timer)
      removeEventListener('scroll', onScroll)
    }
  }, [place])
}

function readPosition(): number {
  const kept: unknown = history.state?.scrollY
  return typeof kept === 'number' ? kept : 0
}

function keepPosition(): void {
  history.replaceState({ ...history.state, scrollY }, '')
}
