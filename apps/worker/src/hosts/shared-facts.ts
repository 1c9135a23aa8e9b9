/** Keeps the hosts of this worker in step with what all workers know of them: drains, and executors that are dead. */
import { type Clock, type Logger, repeat } from '@safelight/runtime'
import type { HostRegistry, StuckPrompt } from '@safelight/store'
import type { Host } from './host.ts'

export interface SharedFactsWatch {
  /** They were read once: a worker must know them before it gives a host its first prompt. */
  readonly ready: Promise<void>
  /** Lets the others know that a prompt stands still there. */
  reportStuck(hostId: string, prompt: StuckPrompt): void
  /** Lets the others know that it is gone. */
  clearStuck(hostId: string, prompt: StuckPrompt): void
  close(): Promise<void>
}

export interface SharedFactsOptions {
  hosts: readonly Host[]
  registry: HostRegistry
  everyMs: number
  clock: Clock
  log: Logger
}

export function watchSharedFacts({
  hosts,
  registry,
  log,
  ...timing
}: SharedFactsOptions): SharedFactsWatch {
  const hostIds = hosts.map(({ hostId }) => hostId)
  const onError = (error: unknown) =>
    log.warn({ err: error }, 'facts shared by workers not exchanged')

  async function read(): Promise<void> {
    const facts = await registry.sharedFacts(hostIds)
    for (const [at, host] of hosts.entries()) {
      const known = facts[at]
      if (known) host.applyShared(known)
    }
  }

  const ready = read().catch(onError)
  const loop = repeat({ ...timing, run: read, onError })
  return {
    ready,
    reportStuck: (hostId, prompt) => void registry.reportStuck(hostId, prompt).catch(onError),
    clearStuck: (hostId, prompt) => void registry.clearStuck(hostId, prompt).catch(onError),
    async close() {
      await Promise.all([loop.close(), ready])
    },
  }
}
