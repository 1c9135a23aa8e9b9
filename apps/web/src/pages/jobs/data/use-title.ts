/** What a job of the list was asked for: read from its workflow for rows in view, a few at a time, once each. */
import { type Client, RequestError } from '@safelight/client'
import { useClient } from '@safelight/client/react'
import type { SnapshotView } from '@safelight/shared'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { toGivenName, toIdName, toWorkflowName } from '../../../ui/job-name.ts'

/** A list that flies by must not keep its own polls waiting. */
const AT_ONCE = 4
/** More than any row has room for. */
const CHARS_AT_MOST = 240
/** A title never changes; but a page that stays open for days need not hold every one it has seen. */
const KEPT_MS = 3_600_000

export type ReadTitle = (jobId: string, signal: AbortSignal) => Promise<string>

export function createTitleReader(jobs: Pick<Client['jobs'], 'workflow'>): ReadTitle {
  const inTurn = createLimit(AT_ONCE)
  return (jobId, signal) =>
    inTurn(async () => {
      const name = toWorkflowName(await jobs.workflow(jobId, { signal }))
      return name.length > CHARS_AT_MOST ? `${name.slice(0, CHARS_AT_MOST)}…` : name
    }, signal)
}

/** One for all rows, so that they take turns. */
export function useTitleReader(): ReadTitle {
  const client = useClient()
  return useMemo(() => createTitleReader(client.jobs), [client])
}

export interface TitleOptions {
  read: ReadTitle
  /** False while the list flies by: nothing is read for rows that nobody sees. */
  wanted: boolean
}

/** @returns null while it is on its way */
export function useTitle(
  { jobId, metadata }: SnapshotView,
  { read, wanted }: TitleOptions,
): string | null {
  const given = toGivenName(metadata)
  const { data, failureCount } = useQuery({
    queryKey: ['job-title', jobId],
    queryFn: ({ signal }) => read(jobId, signal),
    enabled: wanted && given === null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: KEPT_MS,
    // a record that is gone stays gone
    retry: (_, error) => !(error instanceof RequestError && error.code === 'not_found'),
    networkMode: 'always',
  })
  return given ?? data ?? (failureCount > 0 ? toIdName(jobId) : null)
}

type Limit = <T>(task: () => Promise<T>, signal: AbortSignal) => Promise<T>

/** Runs at most so many tasks at once. The others wait, in order, and leave when they are aborted. */
function createLimit(atOnce: number): Limit {
  const waiting = new Set<() => void>()
  let running = 0

  function wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        waiting.delete(start)
        reject(signal.reason)
      }
      waiting.add(start)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  return async (task, signal) => {
    signal.throwIfAborted()
    if (running < atOnce) running += 1
    else await wait(signal)
    try {
      return await task()
    } finally {
      // who waits first takes over; nobody comes in between
      const [next] = waiting
      if (next) {
        waiting.delete(next)
        next()
      } else running -= 1
    }
  }
}
