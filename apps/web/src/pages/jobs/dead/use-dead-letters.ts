/** The dead letters, and those that were replayed here: they stay in view with the way to the new job. */
import { useClient } from '@safelight/client/react'
import type { JobView } from '@safelight/shared'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

const PAGE = 50
const LETTERS_EVERY_MS = 10_000

export interface DeadLetterEntry {
  job: JobView
  /** Id of the job that repeats it. */
  replayedBy: string | null
}

export interface DeadLettersData {
  entries: readonly DeadLetterEntry[]
  loading: boolean
  more: boolean
  loadMore: () => void
  error: Error | null
  retry: () => void
  /** @returns once the new job is accepted */
  replay: (job: JobView) => Promise<void>
  discard: (job: JobView) => Promise<void>
  /** After one or many of these. */
  reread: () => Promise<void>
}

export function useDeadLetters(): DeadLettersData {
  const client = useClient()
  const queries = useQueryClient()
  const [replayed, setReplayed] = useState<readonly DeadLetterEntry[]>([])
  const pages = useInfiniteQuery({
    queryKey: ['dead-letters', 'pages'],
    queryFn: ({ pageParam, signal }) =>
      client.deadLetters.list({
        ...(pageParam !== null && { cursor: pageParam }),
        limit: PAGE,
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
    refetchInterval: LETTERS_EVERY_MS,
    retry: false,
    networkMode: 'always',
  })
  return {
    entries: toEntries(pages.data?.pages.flatMap(({ jobs }) => jobs) ?? [], replayed),
    loading: pages.isPending,
    more: pages.hasNextPage,
    loadMore: () => void pages.fetchNextPage(),
    error: pages.error,
    retry: () => void pages.refetch(),
    async replay(job) {
      const { id } = await client.deadLetters.replay(job.id)
      setReplayed((all) => [...all, { job, replayedBy: id }])
    },
    discard: (job) => client.deadLetters.discard(job.id),
    reread: () => queries.invalidateQueries({ queryKey: ['dead-letters'] }),
  }
}

/** A replayed one has left the list; it keeps its place here. */
function toEntries(
  listed: readonly JobView[],
  replayed: readonly DeadLetterEntry[],
): readonly DeadLetterEntry[] {
  const left = new Set(replayed.map(({ job }) => job.id))
  const waiting = listed
    .filter(({ id }) => !left.has(id))
    .map((job): DeadLetterEntry => ({ job, replayedBy: null }))
  return [...waiting, ...replayed].sort((a, b) => toEnd(b) - toEnd(a))
}

function toEnd({ job }: DeadLetterEntry): number {
  return Date.parse(job.completed_at ?? job.created_at)
}

const COUNTED_AT_MOST = 10
const COUNT_EVERY_MS = 15_000

/**
 * How many dead letters there are, as far as it is worth counting.
 * @returns `3` or `9+`; null when there is none, or nothing is known
 */
export function useDeadCount(): string | null {
  const client = useClient()
  const { data } = useQuery({
    queryKey: ['dead-letters', 'count'],
    queryFn: ({ signal }) => client.deadLetters.list({ limit: COUNTED_AT_MOST, signal }),
    select: ({ jobs }) => jobs.length,
    refetchInterval: COUNT_EVERY_MS,
    retry: false,
    networkMode: 'always',
  })
  if (!data) return null
  return data < COUNTED_AT_MOST ? `${data}` : `${COUNTED_AT_MOST - 1}+`
}
