/** What the fleet page asks of the API, again and again while it is seen. What is asked of a host shows at once. */
import { useClient } from '@safelight/client/react'
import type { ToldHost } from '@safelight/shared'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { asAsked, inOrder, type ShownHost } from './host-order.ts'

const KEY = ['hosts']
const HOSTS_EVERY_MS = 2_000

export interface FleetState {
  /** Undefined until they were read. */
  hosts: ShownHost[] | undefined
  error: Error | null
  retry: () => void
  drain: (hostId: string, reason: string | undefined) => Promise<void>
  resume: (hostId: string) => Promise<void>
}

export function useFleet(): FleetState {
  const client = useClient()
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => client.hosts.list({ signal }),
    refetchInterval: HOSTS_EVERY_MS,
    retry: false,
    networkMode: 'always',
  })

  /** @param meant how the host will be; taken back when it could not be asked */
  async function change(hostId: string, meant: Partial<ToldHost>, ask: () => Promise<ToldHost>) {
    // an answer that is on its way does not know of it
    await queries.cancelQueries({ queryKey: KEY })
    const before = queries.getQueryData<ToldHost[]>(KEY)
    put(hostId, (host) => ({ ...host, ...meant }))
    try {
      const answer = await ask()
      await queries.cancelQueries({ queryKey: KEY })
      put(hostId, () => answer)
    } catch (problem) {
      queries.setQueryData(KEY, before)
      throw problem
    }
  }

  function put(hostId: string, toHost: (host: ToldHost) => ToldHost): void {
    queries.setQueryData<ToldHost[]>(KEY, (hosts) =>
      hosts?.map((host) => (host.id === hostId ? toHost(host) : host)),
    )
  }

  return {
    hosts: data && inOrder(data.map(asAsked)),
    error,
    retry: () => void refetch(),
    drain: (hostId, reason) =>
      change(hostId, { drain: { reason: reason ?? null, since: new Date().toISOString() } }, () =>
        client.hosts.drain(hostId, reason === undefined ? {} : { reason }),
      ),
    resume: (hostId) => change(hostId, { drain: null }, () => client.hosts.resume(hostId)),
  }
}

const COUNTED_AT_MOST = 100
const QUEUE_EVERY_MS = 5_000

/**
 * How many jobs wait, as far as it is cheap to count.
 * @returns `12` or `100+`; null until it is known
 */
export function useQueued(): string | null {
  const client = useClient()
  const { data } = useQuery({
    queryKey: ['jobs', 'queued'],
    queryFn: ({ signal }) =>
      client.jobs.list({ status: ['queued'], limit: COUNTED_AT_MOST, signal }),
    select: ({ jobs, next_cursor }) => `${jobs.length}${next_cursor === null ? '' : '+'}`,
    refetchInterval: QUEUE_EVERY_MS,
    retry: false,
    networkMode: 'always',
  })
  return data ?? null
}
