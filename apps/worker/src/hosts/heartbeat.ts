/** Tells the registry which hosts are alive here and what they can run. Silence means away. */
import { type HostRegistry, type Logger, repeat } from '@safelight/shared/server'
import type { NodeClasses } from '@safelight/comfyui'
import type { Clock } from '../job/clock.ts'
import type { Fleet } from './fleet.ts'

export interface HeartbeatOptions {
  fleet: Fleet
  registry: HostRegistry
  workerId: string
  seatsPerHost: number
  clock: Clock
  log: Logger
}

export interface Heartbeat {
  /** Beats now, e.g. because a host came back. */
  beat(): void
  close(): Promise<void>
}

const EVERY_MS = 5_000

export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { fleet, registry, workerId, seatsPerHost, clock, log } = options
  const saved = new Map<string, NodeClasses>()

  async function beat(): Promise<void> {
    for (const { hostId, state } of fleet.hosts) {
      if (!state.reachable) continue
      const { version, nodeClasses } = state
      const busy = fleet.busySeats(hostId)
      await registry.heartbeat({
        hostId,
        version,
        workerId,
        slots: seatsPerHost,
        busy,
        at: clock.now(),
      })
      if (saved.get(hostId) === nodeClasses) continue
      await registry.saveNodeClasses(hostId, nodeClasses)
      saved.set(hostId, nodeClasses)
    }
  }

  const onError = (error: unknown) => log.warn({ err: error }, 'heartbeat failed')
  const loop = repeat({ everyMs: EVERY_MS, run: beat, onError })
  let extra = Promise.resolve()
  return {
    beat() {
      extra = extra.then(beat).catch(onError)
    },
    async close() {
      await loop.close()
      await extra
    },
  }
}
