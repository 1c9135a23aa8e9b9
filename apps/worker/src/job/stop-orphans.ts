/** Stops the orphans of a host as soon as it can be reached again: nobody waits for them. */
import type { RunPrompt } from '@safelight/comfyui'
import { type Clock, type Emit, type Logger, repeat, type WorkerEvents } from '@safelight/runtime'
import type { Orphan, Orphans } from '@safelight/store'
import type { Fleet } from '../hosts/fleet.ts'
import type { Host } from '../hosts/host.ts'
import type { WorkerTimings } from '../timings.ts'
import { stopPrompt } from './orphan.ts'

export interface StopOrphansOptions {
  fleet: Fleet
  orphans: Orphans
  runPrompt: RunPrompt
  timings: WorkerTimings
  clock: Clock
  emit: Emit<WorkerEvents>
  log: Logger
}

/** Several workers may do so at once: stopping a prompt twice is harmless. */
export function startStoppingOrphans(options: StopOrphansOptions): { close(): Promise<void> } {
  const { fleet, orphans, runPrompt, timings, clock, emit, log } = options

  async function stop({ hostId, client: host }: Host, orphan: Orphan): Promise<void> {
    const { promptId, knownPromptId } = orphan
    const client = host.within(timings.unknownHostMs)
    const end = await stopPrompt({ runPrompt, client, promptId, knownPromptId, timings })
    emit('orphan:ended', { hostId, promptId, end: end.outcome, jobId: null, error: null })
    // a host that ignores interrupts is asked again
    if (end.outcome !== 'stalled') await orphans.remove(hostId, promptId)
  }

  async function stopAll(): Promise<void> {
    const hosts = fleet.hosts.filter(({ state }) => state.reachable)
    if (!(await orphans.areOn(hosts.map(({ hostId }) => hostId)))) return
    for (const host of hosts) {
      for (const orphan of await orphans.list(host.hostId)) await stop(host, orphan)
    }
  }

  return repeat({
    everyMs: timings.orphansEveryMs,
    clock,
    run: stopAll,
    onError: (error) => log.debug({ err: error }, 'orphans not stopped yet'),
  })
}
