/** The hosts of a worker with everything that looks after them: probes, slots, shared facts, reports. */
import { createHostClient } from '@safelight/comfyui'
import type { Clock, Logger, Scope } from '@safelight/runtime'
import { createHostRegistry, createSlotStore, type Keys } from '@safelight/store'
import type { Redis } from 'ioredis'
import type { WorkerTimings } from '../timings.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { startHeartbeat } from './heartbeat.ts'
import { createHost } from './host.ts'
import { hostIdOf } from './host-id.ts'
import { watchSharedFacts } from './shared-facts.ts'

export interface OpenFleetOptions {
  redis: Redis
  keys: Keys
  scope: Scope
  log: Logger
  workerId: string
  urls: readonly string[]
  slotsPerHost: number
  /** How long one call may take: a host is given up when two in a row get no answer. */
  answerMs: number
  timings: WorkerTimings
  clock: Clock
}

/** Resolves when it is known which hosts may not be given prompts. */
export async function openFleet(options: OpenFleetOptions): Promise<Fleet> {
  const { redis, keys, scope, clock, log, workerId, timings, urls, slotsPerHost } = options
  const hosts = urls.map((url) =>
    scope.use(
      createHost({
        hostId: hostIdOf(new URL(url)),
        client: createHostClient(url, { timeoutMs: options.answerMs }),
        timings,
        clock,
        log,
        onChange(host) {
          fleet.changed()
          heartbeat.beat(host)
        },
        onStuck: (hostId, prompt) => sharedFacts.reportStuck(hostId, prompt),
        onUnstuck: (hostId, prompt) => sharedFacts.clearStuck(hostId, prompt),
      }),
    ),
  )
  const slots = createSlotStore({ redis, keys })
  const fleet = scope.use(createFleet({ hosts, slots, slotsPerHost, timings, clock, log }))
  const registry = createHostRegistry({ redis, keys, timings: timings.store })
  const sharedFacts = scope.use(
    watchSharedFacts({ hosts, registry, everyMs: timings.marksEveryMs, clock, log }),
  )
  const heartbeat = scope.use(
    startHeartbeat({ hosts, registry, workerId, slotsPerHost, timings, clock, log }),
  )
  await sharedFacts.ready
  return fleet
}
