/** Watches the jobs that are in view, over the client's one connection, and no others. */
import { RequestError } from '@safelight/client'
import { useClient } from '@safelight/client/react'
import { useEffect, useRef } from 'react'
import type { JobBook } from './job-book.ts'

export interface WatchedOptions {
  /** Jobs in view that have not ended. */
  ids: readonly string[]
  /** While the list flies by, nothing is begun that would be ended at once. */
  paused: boolean
}

export function useWatched(book: JobBook, { ids, paused }: WatchedOptions): void {
  const client = useClient()
  const watched = useRef(new Map<string, () => void>())
  const key = ids.join()

  useEffect(() => {
    if (paused) return
    const wanted = new Set(key === '' ? [] : key.split(','))
    for (const [id, stop] of watched.current) {
      if (wanted.has(id)) continue
      stop()
      watched.current.delete(id)
    }
    for (const id of wanted) {
      if (watched.current.has(id)) continue
      const stop = client.jobs.subscribe(id, {
        onUpdate: (update) => book.applyUpdate(update),
        onError: (error) => {
          if (error instanceof RequestError && error.code === 'not_found') book.forget(id)
        },
      })
      watched.current.set(id, stop)
    }
  }, [client, book, key, paused])

  useEffect(() => {
    const all = watched.current
    return () => {
      for (const stop of all.values()) stop()
      all.clear()
    }
  }, [client, book])
}
