/** How many dead letters there are, as far as it is worth counting. */
import { useClient } from '@safelight/client/react'
import { useQuery } from '@tanstack/react-query'

const COUNTED_AT_MOST = 10
const LOOK_MS = 15_000

/** @returns `3` or `9+`; null when there is none, or nothing is known */
export function useDeadCount(): string | null {
  const client = useClient()
  const { data } = useQuery({
    queryKey: ['dead-letters', 'count'],
    queryFn: ({ signal }) => client.deadLetters.list({ limit: COUNTED_AT_MOST, signal }),
    select: ({ jobs }) => jobs.length,
    refetchInterval: LOOK_MS,
    retry: false,
    networkMode: 'always',
  })
  if (!data) return null
  return data < COUNTED_AT_MOST ? `${data}` : `${COUNTED_AT_MOST - 1}+`
}
