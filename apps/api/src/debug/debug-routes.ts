/** What this API holds, for whoever looks for a fault: routes of the admin port. Addresses of clients are counted, not told. */
import { type Clock, tellRuntime } from '@safelight/runtime'
import { ApiError } from '@safelight/shared'
import { createInspectJob, type InspectDeps, type Queues } from '@safelight/store'
import type { Redis } from 'ioredis'
import type { ClientLimits } from '../http/client-limits.ts'
import type { JobWatches } from '../watch/job-watches.ts'
import type { QueuePositions } from '../watch/queue-positions.ts'
import { explain } from '../why/explain.ts'
import type { WhyDeps } from '../why/route.ts'

export interface DebugDeps {
  parts: InspectDeps & {
    subscriber: Redis
    watches: Pick<JobWatches, 'holds'>
    positions: Pick<QueuePositions, 'holds'>
    queues: Pick<Queues, 'holds'>
  }
  why: WhyDeps
  /** Of event streams and held answers. */
  limits: Pick<ClientLimits, 'holds'>
  streams: { readonly size: number }
  countSockets: () => number
  clock: Pick<Clock, 'now'>
}

export function createDebugRoutes({ parts, why, limits, streams, countSockets, clock }: DebugDeps) {
  const inspect = createInspectJob(parts)
  return [
    {
      path: '/debug/state',
      summary: 'What this API holds: watched jobs, streams, sockets, queues, connections',
      read: () => ({
        body: {
          at: new Date(clock.now()).toISOString(),
          watched: parts.watches.holds(),
          positions: parts.positions.holds(),
          streams: { open: streams.size, ...limits.holds() },
          sockets: countSockets(),
          queues_opened: parts.queues.holds(),
          redis: { api: parts.redis.status, subscriber: parts.subscriber.status },
          runtime: tellRuntime(),
        },
      }),
    },
    {
      path: '/debug/jobs/{id}',
      summary: 'One job: its record, where it is, why, its ticket, its last attempts and events',
      async read({ params }: { params: Readonly<Record<string, string | undefined>> }) {
        const { id = '' } = params
        const [job, facts] = await Promise.all([inspect(id), why.readFacts(id)])
        if (!job || !facts) throw new ApiError('not_found', 'There is no job with this id.')
        return { body: { ...job, why: explain(facts) } }
      },
    },
  ]
}
