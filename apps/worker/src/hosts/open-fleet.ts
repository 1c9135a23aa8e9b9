/** The hosts of a worker with everything that looks after them: probes, seats, marks, reports. */
import { createHostClient } from '@safelight/comfyui'
import type { Clock, Logger, Scope } from '@safelight/runtime'
import { createHostRegistry, createSlots, type Keys } from '@safelight/store'
import type { Redis } from 'ioredis'
import type { WorkerTimings } from '../timings.ts'
import { createFleet, type Fleet } from './fleet.ts'
import { startHeartbeat } from './heartbeat.ts'
import { createHost } from './host.ts'
import { hostIdOf } from './host-id.ts'
import { watchMarks } from './marks.ts'

export interface OpenFleetOptions {
  redis: Redis
  keys: Keys
  scope: Scope
  log: Logger
  workerId: string
  urls: readonly string[]
  seatsPerHost: number
  /** How long one call may take: a host is given up when two in a row get no answer. */
  answerMs: number
  timings: WorkerTimings
  clock: Clock
  /** How many prompts there is room for may have changed. */
  onChange: () => void
}

/** Resolves when it is known which hosts may not be given prompts. */
export async function openFleet(options: OpenFleetOptions): Promise<Fleet> {
  const { redis, keys, scope, clock, log, workerId, timings, urls, seatsPerHost } = options
  const { answerMs, onChange } = options
  const hosts = urls.map((url) =>
    scope.use(
      createHost({
        hostId: hostIdOf(new URL(url)),
        client: createHostClient(url, { timeoutMs: answerMs }),
        timings,
        clock,
        log,
        onChange(host) {
          onChange()
          heartbeat.beat(host)
        },
        onStuck: (hostId, prompt) => marks.stuck(hostId, prompt),
        onUnstuck: (hostId, prompt) => marks.unstuck(hostId, prompt),
      }),
    ),
  )
  const slots = createSlots({ redis, keys })
  const fleet = scope.use(
    createFleet({ hosts, slots, seatsPerHost, timings, clock, log, onChange }),
  )
  const registry = createHostRegistry({ redis, keys, now: clock.now, timings: timings.store })
  const marks = scope.use(
    watchMarks({ hosts, registry, everyMs: timings.marksEveryMs, clock, log }),
  )
  const heartbeat = scope.use(
    startHeartbeat({ hosts, registry, workerId, seatsPerHost, timings, clock, log }),
  )
  await marks.ready
  return fleet
}
