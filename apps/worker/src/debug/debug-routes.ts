/** What this worker holds, for whoever looks for a fault: routes of the admin port. No address of a host, nothing that a user has sent. */
import type { HostPool } from '@safelight/comfyui'
import {
  type Clock,
  type EventBus,
  tellRuntime,
  tellSome,
  type WorkerEvents,
} from '@safelight/runtime'
import { ApiError } from '@safelight/shared'
import {
  createInspectJob,
  type DeferredWatch,
  type InspectDeps,
  type Queues,
} from '@safelight/store'
import type { Redis } from 'ioredis'
import type { OpenedSlotBook } from '../dispatch/slot-book.ts'
import type { Pulse } from '../health/pulse.ts'
import type { Fleet } from '../hosts/fleet.ts'
import type { Host } from '../hosts/host.ts'
import type { DrivenHosts } from '../queue/drive-hosts.ts'
import type { TicketsInHand } from '../queue/in-hand.ts'

export interface DebugDeps extends InspectDeps {
  workerId: string
  events: Pick<EventBus<WorkerEvents>, 'on'>
  subscriber: Redis
  inHand: Pick<TicketsInHand, 'holds' | 'claimed'>
  hostTickets: Pick<DrivenHosts, 'holds'>
  slots: Pick<OpenedSlotBook, 'holds'>
  fleet: Pick<Fleet, 'hosts'>
  pulse: Pick<Pulse, 'loops'>
  deferred: Pick<DeferredWatch, 'holds'>
  queues: Pick<Queues, 'holds'>
  pool: Pick<HostPool, 'holds'>
  clock: Pick<Clock, 'now'>
}

export function createDebugRoutes(deps: DebugDeps) {
  const { inHand, redis, subscriber } = deps
  deps.events.on('job:claimed', ({ jobId, token }) => inHand.claimed(jobId, token))
  const inspect = createInspectJob(deps)
  const holdsOf = (jobId: string) => inHand.holds().first.filter((ticket) => ticket.jobId === jobId)
  return [
    {
      path: '/debug/state',
      summary: 'What this worker holds: tickets, slots, hosts, queues, connections',
      read: () => ({
        body: {
          worker: deps.workerId,
          at: new Date(deps.clock.now()).toISOString(),
          tickets: inHand.holds(),
          host_queues: deps.hostTickets.holds(),
          slots: deps.slots.holds(),
          hosts: tellSome(deps.fleet.hosts, toHost),
          pools: tellSome(deps.pulse.loops(), (loop) => loop),
          deferred: deps.deferred.holds(),
          queues_opened: deps.queues.holds(),
          host_connections: deps.pool.holds(),
          redis: { worker: redis.status, subscriber: subscriber.status },
          runtime: tellRuntime(),
        },
      }),
    },
    {
      path: '/debug/jobs/{id}',
      summary: 'One job: its record, where it is, its ticket, its last attempts and events',
      async read({ params }: { params: Readonly<Record<string, string | undefined>> }) {
        const { id = '' } = params
        const job = await inspect(id)
        if (!job) throw new ApiError('not_found', 'There is no job with this id.')
        return { body: { ...job, in_this_worker: holdsOf(id) } }
      },
    },
  ]
}

/** Its address may hold a credential: only its id. */
function toHost(host: Host) {
  const { hostId, listing, condition, state } = host
  return {
    hostId,
    state: condition.state,
    reason: condition.reason.code,
    since: new Date(condition.since).toISOString(),
    slots: listing.slots,
    labels: listing.labels,
    leaving: listing.leaving,
    version: state.version,
    models: state.models.length,
    nodeClasses: Object.keys(state.nodeClasses).length,
    ...host.jobs(),
  }
}
