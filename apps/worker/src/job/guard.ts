/** Keeps a worker that was replaced from touching the host: before each call that changes something, the fence is asked. */
import type { HostClient } from '@safelight/comfyui'
import type { Clock } from '@safelight/runtime'

/** A newer worker holds the job: this one may have been frozen, or cut off, for longer than its lock. */
export class TurnLost extends Error {
  readonly code = 'turn_lost'

  constructor() {
    super('another worker holds the job')
    this.name = 'TurnLost'
  }
}

/** @throws TurnLost */
export type Guard = (signal?: AbortSignal) => Promise<void>

export interface GuardOptions {
  /** Whether we hold the job, by the store. */
  holds: () => Promise<boolean>
  onLost: () => void
  /** An answer that took longer may be older than another's claim: the process may have been stopped in between. */
  freshMs: number
  clock: Pick<Clock, 'steady'>
}

export function createGuard({ holds, onLost, freshMs, clock }: GuardOptions): Guard {
  return async (signal) => {
    for (;;) {
      signal?.throwIfAborted()
      const askedAt = clock.steady()
      if (!(await unlessAborted(holds(), signal))) {
        onLost()
        throw new TurnLost()
      }
      if (clock.steady() - askedAt < freshMs) return
    }
  }
}

/** Redis may be away for minutes: whoever asked may have to leave before it is back. */
async function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return answer
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** The same client; what changes something on the host is asked for first. */
export function guardHost(client: HostClient, guard: Guard): HostClient {
  return {
    ...client,
    async submit(request, signal) {
      // asked beforehand, so that nothing slow is left between the guard and the POST
      await client.features(signal)
      await guard(signal)
      return client.submit(request, signal)
    },
    async deletePending(promptId, signal) {
      await guard(signal)
      return client.deletePending(promptId, signal)
    },
    async interrupt(promptId, signal) {
      await guard(signal)
      return client.interrupt(promptId, signal)
    },
    async interruptWhateverRuns(signal) {
      await guard(signal)
      return client.interruptWhateverRuns(signal)
    },
    async forget(promptId, signal) {
      await guard(signal)
      return client.forget(promptId, signal)
    },
    async free(signal) {
      await guard(signal)
      return client.free(signal)
    },
  }
}
