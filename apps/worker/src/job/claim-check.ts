/** Keeps a worker that was replaced from touching the host: before each call that changes something, the claim is checked. */
import type { HostClient } from '@safelight/comfyui'
import type { Clock } from '@safelight/runtime'

/** Another worker has claimed the job: this one may have been frozen, or cut off, for longer than its lock. */
export class ClaimLost extends Error {
  readonly code = 'claim_lost'

  constructor() {
    super('another worker has claimed the job')
    this.name = 'ClaimLost'
  }
}

/** @throws ClaimLost */
export type ClaimCheck = (signal?: AbortSignal) => Promise<void>

export interface ClaimCheckOptions {
  /** Whether the claim is still ours, by the store. */
  holdsClaim: () => Promise<boolean>
  onClaimLost: () => void
  /** An answer that took longer may be older than another's claim: the process may have been stopped in between. */
  freshMs: number
  clock: Pick<Clock, 'steady'>
}

export function createClaimCheck({
  holdsClaim,
  onClaimLost,
  freshMs,
  clock,
}: ClaimCheckOptions): ClaimCheck {
  return async (signal) => {
    for (;;) {
      signal?.throwIfAborted()
      const askedAt = clock.steady()
      if (!(await unlessAborted(holdsClaim(), signal))) {
        onClaimLost()
        throw new ClaimLost()
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

/** The same client; the claim is checked before what changes something on the host. */
export function checkedHost(client: HostClient, checkClaim: ClaimCheck): HostClient {
  return {
    ...client,
    within: (timeoutMs) => checkedHost(client.within(timeoutMs), checkClaim),
    async submit(request, signal) {
      // asked beforehand, so that nothing slow is left between the check and the POST
      await client.features(signal)
      await checkClaim(signal)
      return client.submit(request, signal)
    },
    async deletePending(promptId, signal) {
      await checkClaim(signal)
      return client.deletePending(promptId, signal)
    },
    async interrupt(promptId, signal) {
      await checkClaim(signal)
      return client.interrupt(promptId, signal)
    },
    async interruptWhateverRuns(signal) {
      await checkClaim(signal)
      return client.interruptWhateverRuns(signal)
    },
    async forget(promptId, signal) {
      await checkClaim(signal)
      return client.forget(promptId, signal)
    },
    async free(signal) {
      await checkClaim(signal)
      return client.free(signal)
    },
  }
}
