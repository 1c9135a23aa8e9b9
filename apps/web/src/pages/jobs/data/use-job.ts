/** One job of the book, kept current. */
import type { JobUpdate } from '@safelight/client'
import { useCallback, useSyncExternalStore } from 'react'
import type { JobBook } from './job-book.ts'

export function useJob(book: JobBook, jobId: string): JobUpdate | undefined {
  const subscribe = useCallback(
    (listener: () => void) => book.onJob(jobId, listener),
    [book, jobId],
  )
  return useSyncExternalStore(subscribe, () => book.get(jobId))
}
