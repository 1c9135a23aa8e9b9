/** The hosts of a worker with everything that looks after them: the list, probes, slots, shared facts, reports. */
import { createHostClient, type HostPool } from '@safelight/comfyui'
import type { Clock, Emit, Logger, Scope, WorkerEvents } from '@safelight/runtime'
import { createHostFiles, createHostRegistry, type Keys } from '@safelight/store'
import type { Redis } from 'ioredis'
import type { DispatchLimits } from '../limits.ts'
import type { WorkerTimings } from '../timings.ts'
import { createAlike } from './alike.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { startHeartbeat } from './heartbeat.ts'
import { createHost, type Host } from './host.ts'
import type { HostList } from './host-list.ts'
import type { Listing } from './listing.ts'
import { createRoster } from './roster.ts'
import { watchSharedFacts } from './shared-facts.ts'

export interface OpenFleetOptions {
  redis: Redis
  keys: Keys
  scope: Scope
  emit: Emit<WorkerEvents>
  log: Logger
  workerId: string
  /** How many jobs of one owner may have a slot at once; null: no limit. */
  limits: Pick<DispatchLimits, 'ownerLimit'>
  list: HostList
  /** Aborted when this worker gives its hosts nothing new any more. */
  stopping: AbortSignal
  pool: HostPool
  /** How long one call may take: a host is given up when two in a row get no answer. */
  answerMs: number
  /** How long what runs on a host may go on once it is on the list no more. */
  drainMs: number
  timings: WorkerTimings
  clock: Clock
}

/** Resolves when it is known which hosts may not be given prompts. */
export async function openFleet(options: OpenFleetOptions): Promise<Fleet> {
  const { redis, keys, scope, clock, emit, log, workerId, timings, list, pool, drainMs } = options
  const { limits, stopping } = options
  const registry = createHostRegistry({ redis, keys, timings: timings.store })
  const files = createHostFiles({ redis, keys, timings: timings.store })

  const alike = createAlike()
  function open(hostId: string, listing: Listing): Host {
    return createHost({
      hostId,
      listing,
      client: alike.sharing(
        createHostClient(() => listing.address, { pool, timeoutMs: options.answerMs }),
      ),
      timings,
      clock,
      emit,
      onChange(host) {
        fleet.changed()
        heartbeat.beat(host)
      },
      onStuck: (id, prompt) => sharedFacts.reportStuck(id, prompt),
      onUnstuck: (id, prompt) => sharedFacts.clearStuck(id, prompt),
    })
  }

  const roster = scope.use(
    createRoster({
      open,
      prepare: (hosts) => sharedFacts.read(hosts),
      onChange() {
        fleet.changed()
        for (const host of roster.hosts()) heartbeat.beat(host)
      },
      onLeft: (host) => heartbeat.leave(host),
      drainMs,
      clock,
      emit,
      log,
    }),
  )
  const hosts = () => roster.hosts()
  const fleet = createFleet(hosts)
  const sharedFacts = scope.use(
    watchSharedFacts({ hosts, registry, everyMs: timings.marksEveryMs, clock, log }),
  )
  const heartbeat = scope.use(
    startHeartbeat({ hosts, registry, files, workerId, limits, stopping, timings, clock, log }),
  )
  await roster.apply(list.now())
  scope.use(list.follow((next) => roster.apply(next)))
  return fleet
}
