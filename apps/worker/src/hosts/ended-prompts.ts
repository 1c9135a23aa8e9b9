/**
 * Prompts whose jobs have ended: their hosts need not keep graph and results any longer, and are told so in bundles.
 * A help, and no more: what a host was not told of, because it or the worker was gone, it forgets with its own limit.
 */
import type { HostClient } from '@safelight/comfyui'
import type { Clock, Logger } from '@safelight/runtime'

export interface EndedPrompts {
  /** @param promptId by which the host knows it. The job's end is on record: until then the host's history is our proof */
  add(host: EndedOn, promptId: string): void
  /** Tells hosts of those that they have not been told of. */
  close(): Promise<void>
}

interface EndedOn {
  hostId: string
  client: Pick<HostClient, 'forget'>
}

export interface EndedPromptsDeps {
  timings: {
    /** For so long a prompt waits for others to be told with. */
    forgetEveryMs: number
  }
  clock: Pick<Clock, 'after'>
  log: Logger
}

/** No host is told of more at once: its answers come from the loop that its messages come from. */
const AT_ONCE = 64

export function createEndedPrompts({ timings, clock, log }: EndedPromptsDeps): EndedPrompts {
  const waiting = new Map<string, { host: EndedOn; promptIds: string[]; callOff: () => void }>()

  async function tell(hostId: string): Promise<void> {
    const told = waiting.get(hostId)
    if (!told) return
    waiting.delete(hostId)
    told.callOff()
    const { host, promptIds } = told
    await host.client
      .forget(promptIds)
      .catch((error: unknown) => log.debug({ hostId, err: error }, 'prompts not forgotten'))
  }

  return {
    add(host, promptId) {
      const { hostId } = host
      const told = waiting.get(hostId)
      if (!told) {
        const callOff = clock.after(timings.forgetEveryMs, () => void tell(hostId))
        waiting.set(hostId, { host, promptIds: [promptId], callOff })
        return
      }
      told.promptIds.push(promptId)
      if (told.promptIds.length >= AT_ONCE) void tell(hostId)
    },
    async close() {
      await Promise.all([...waiting.keys()].map(tell))
    },
  }
}
