/** How many jobs wait, as far as it is cheap to count. */
import { useClient } from '@safelight/client/react'
import { useQuery } from '@tanstack/react-query'

const COUNTED_AT_MOST = 100
const LOOK_MS = 5_000

/** @returns `12` or `100+`; null until it is known */
export function useQueued(): string | null {
  const client = useClient()
  const { data } = useQuery({
    queryKey: ['jobs', 'queued'],
    queryFn: ({ signal }) =>
      client.jobs.list({ status: ['queued'], limit: COUNTED_AT_MOST, signal }),
    select: ({ jobs, next_cursor }) => `${jobs.length}${next_cursor === null ? '' : '+'}`,
    refetchInterval: LOOK_MS,
    retry: false,
    networkMode: 'always',
  })
  return data ?? null
}
