/** Keeps the browser's tab up to date for as long as the page is there. */
import { useEffect } from 'react'
import { PLAIN_TITLE } from './page-title.ts'

export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = title
  }, [title])
  useEffect(
    () => () => {
      document.title = PLAIN_TITLE
    },
    [],
  )
}
