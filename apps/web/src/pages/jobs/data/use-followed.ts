/** Watches the jobs that are in view, over the client's one connection, and no others. */
import { RequestError } from '@safelight/client'
import { useClient } from '@safelight/client/react'
import { useEffect, useRef } from 'react'
import type { JobBook } from './job-book.ts'

export interface FollowedOptions {
  /** Jobs in view that have not ended. */
  ids: readonly string[]
  /** While the list flies by, nothing is begun that would be ended at once. */
  paused: boolean
}

export function useFollowed(book: JobBook, { ids, paused }: FollowedOptions): void {
  const client = useClient()
  const followed = useRef(new Map<string, () => void>())
  const key = ids.join()

  useEffect(() => {
    if (paused) return
    const wanted = new Set(key === '' ? [] : key.split(','))
    for (const [id, stop] of followed.current) {
      if (wanted.has(id)) continue
      stop()
      followed.current.delete(id)
    }
    for (const id of wanted) {
      if (followed.current.has(id)) continue
      const stop = client.jobs.follow(id, {
        onUpdate: (update) => book.hear(update),
        onError: (error) => {
          if (error instanceof RequestError && error.code === 'not_found') book.forget(id)
        },
      })
      followed.current.set(id, stop)
    }
  }, [client, book, key, paused])

  useEffect(() => {
    const all = followed.current
    return () => {
      for (const stop of all.values()) stop()
      all.clear()
    }
  }, [client, book])
}
