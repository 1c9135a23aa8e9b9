/** Keeps the hosts of this worker in step with what all workers know of them: drains, and executors that are dead. */
import { type Clock, type Logger, repeat } from '@safelight/runtime'
import { type HostRegistry, type StuckPrompt, levelOf } from '@safelight/store'
import type { Host } from './host.ts'

export interface SharedFactsWatch {
  /** Reads them of these hosts: a worker must know them before it gives one its first prompt. */
  read(hosts: readonly Host[]): Promise<void>
  /** Lets the others know that a prompt stands still there. */
  reportStuck(hostId: string, prompt: StuckPrompt): void
  /** Lets the others know that it is gone. */
  clearStuck(hostId: string, prompt: StuckPrompt): void
  close(): Promise<void>
}

export interface SharedFactsOptions {
  hosts: () => readonly Host[]
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
  const onError = (error: unknown) =>
    log[levelOf(error)]({ err: error }, 'facts shared by workers not exchanged')

  async function read(known: readonly Host[]): Promise<void> {
    const facts = await registry.sharedFacts(known.map(({ hostId }) => hostId))
    for (const [at, host] of known.entries()) {
      const ofHost = facts[at]
      if (ofHost) host.applyShared(ofHost)
    }
  }

  const loop = repeat({ ...timing, run: () => read(hosts()), onError })
  return {
    read: (known) => read(known).catch(onError),
    reportStuck: (hostId, prompt) => void registry.reportStuck(hostId, prompt).catch(onError),
    clearStuck: (hostId, prompt) => void registry.clearStuck(hostId, prompt).catch(onError),
    close: () => loop.close(),
  }
}
