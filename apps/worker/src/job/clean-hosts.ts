/** Stops the prompts that jobs had to leave behind, as soon as their host can be reached again: nobody waits for them. */
import type { HostClient, RunPrompt } from '@safelight/comfyui'
import { type Clock, type Logger, repeat } from '@safelight/runtime'
import type { Leftover, Leftovers } from '@safelight/store'
import type { Fleet } from '../hosts/fleet.ts'
import type { WorkerTimings } from '../timings.ts'
import { stopPrompt } from './leftover.ts'

export interface CleanHostsOptions {
  fleet: Fleet
  leftovers: Leftovers
  runPrompt: RunPrompt
  connect: (baseUrl: string) => HostClient
  timings: WorkerTimings
  clock: Clock
  log: Logger
}

/** Several workers may do so at once: stopping a prompt twice is harmless. */
export function startCleaningHosts(options: CleanHostsOptions): { close(): Promise<void> } {
  const { fleet, leftovers, runPrompt, connect, timings, clock, log } = options

  async function stop(hostId: string, baseUrl: string, leftover: Leftover): Promise<void> {
    const { promptId, knownPromptId } = leftover
    const client = connect(baseUrl)
    const end = await stopPrompt({ runPrompt, client, promptId, knownPromptId, timings })
    log.info({ hostId, promptId, end: end.outcome }, 'prompt of a job that moved on')
    // a host that ignores interrupts is asked again
    if (end.outcome !== 'stalled') await leftovers.settle(hostId, promptId)
  }

  async function clean(): Promise<void> {
    for (const { hostId, client, state } of fleet.hosts) {
      if (!state.reachable) continue
      for (const leftover of await leftovers.list(hostId)) {
        await stop(hostId, client.baseUrl, leftover)
      }
    }
  }

  return repeat({
    everyMs: timings.orphansEveryMs,
    clock,
    run: clean,
    onError: (error) => log.debug({ err: error }, 'leftovers not stopped yet'),
  })
}
