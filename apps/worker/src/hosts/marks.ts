/** Keeps the hosts of this worker in step with what all workers know of them: drains, and executors that are dead. */
import { type Clock, type Logger, repeat } from '@safelight/runtime'
import type { HostRegistry, StuckPrompt } from '@safelight/store'
import type { Host } from './host.ts'

export interface Marks {
  /** They were read once: a worker must know them before it gives a host its first prompt. */
  readonly ready: Promise<void>
  /** Tells the others that a prompt stands still there. */
  stuck(hostId: string, prompt: StuckPrompt): void
  /** Tells the others that it is gone. */
  unstuck(hostId: string, prompt: StuckPrompt): void
  close(): Promise<void>
}

export interface MarksOptions {
  hosts: readonly Host[]
  registry: HostRegistry
  everyMs: number
  clock: Clock
  log: Logger
}

export function watchMarks({ hosts, registry, log, ...timing }: MarksOptions): Marks {
  const hostIds = hosts.map(({ hostId }) => hostId)
  const onError = (error: unknown) => log.warn({ err: error }, 'marks of hosts not exchanged')

  async function read(): Promise<void> {
    const marks = await registry.marks(hostIds)
    for (const [at, host] of hosts.entries()) {
      const mark = marks[at]
      if (mark) host.mark(mark)
    }
  }

  const ready = read().catch(onError)
  const loop = repeat({ ...timing, run: read, onError })
  return {
    ready,
    stuck: (hostId, prompt) => void registry.markStuck(hostId, prompt).catch(onError),
    unstuck: (hostId, prompt) => void registry.clearStuck(hostId, prompt).catch(onError),
    async close() {
      await Promise.all([loop.close(), ready])
    },
  }
}
