/**
 * Keeps a worker that was replaced from touching the host: before each call that changes something, the claim is checked.
 *
 * A job gets another worker when its ticket's lock has run out, which the one before renews as long as it lives. So
 * what the store took from us within much less than a lock says that the claim is ours, and is not asked again; before
 * what takes something away from the host the store is always asked. See docs/adr/0023-a-write-confirms-the-claim.md.
 */
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

/** Both throw ClaimLost. */
export interface ClaimCheck {
  /** Asks the store, unless it took a write of ours just now. */
  recent(signal?: AbortSignal): Promise<void>
  /** Asks the store. */
  anew(signal?: AbortSignal): Promise<void>
  now(): Moment
  /** The store took what only the claim's holder may write. @param askedAt before it was asked */
  confirm(askedAt: Moment): void
}

/** By two clocks: a stopwatch may stand still while its machine is suspended, and a calendar may be set back. */
export interface Moment {
  steadyMs: number
  calendarMs: number
}

const NEVER: Moment = {
  steadyMs: Number.NEGATIVE_INFINITY,
  calendarMs: Number.NEGATIVE_INFINITY,
}

export interface ClaimCheckOptions {
  /** Whether the claim is still ours, by the store. */
  holdsClaim: () => Promise<boolean>
  onClaimLost: () => void
  /** What is older than that may be older than another's claim: the process may have been stopped in between. */
  freshMs: number
  /** Of this machine. */
  clock: Pick<Clock, 'steady' | 'now'>
}

export function createClaimCheck({
  holdsClaim,
  onClaimLost,
  freshMs,
  clock,
}: ClaimCheckOptions): ClaimCheck {
  let confirmedAt = NEVER
  const now = (): Moment => ({ steadyMs: clock.steady(), calendarMs: clock.now() })

  function isFresh(): boolean {
    const { steadyMs, calendarMs } = now()
    return (
      steadyMs - confirmedAt.steadyMs < freshMs && calendarMs - confirmedAt.calendarMs < freshMs
    )
  }

  function confirm(askedAt: Moment): void {
    if (askedAt.steadyMs > confirmedAt.steadyMs) confirmedAt = askedAt
  }

  async function ask(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    const askedAt = now()
    if (!(await unlessAborted(holdsClaim(), signal))) {
      onClaimLost()
      throw new ClaimLost()
    }
    confirm(askedAt)
  }

  return {
    async recent(signal) {
      signal?.throwIfAborted()
      while (!isFresh()) await ask(signal)
    },
    async anew(signal) {
      do await ask(signal)
      while (!isFresh())
    },
    now,
    confirm,
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

/** The same client; the claim is checked before what changes something on the host, and not of late, but now, before what stops something. */
export function checkedHost(client: HostClient, checkClaim: ClaimCheck): HostClient {
  return {
    ...client,
    within: (timeoutMs) => checkedHost(client.within(timeoutMs), checkClaim),
    async submit(request, signal) {
      const beforePart = () => checkClaim.recent(signal)
      await beforePart()
      // and again as its bytes go out: the connection may have to be made first
      return client.submit({ ...request, beforePart }, signal)
    },
    async deletePending(promptId, signal) {
      await checkClaim.anew(signal)
      return client.deletePending(promptId, signal)
    },
    async interrupt(promptId, signal) {
      await checkClaim.anew(signal)
      return client.interrupt(promptId, signal)
    },
    async interruptWhateverRuns(signal) {
      await checkClaim.anew(signal)
      return client.interruptWhateverRuns(signal)
    },
    async free(signal) {
      await checkClaim.anew(signal)
      return client.free(signal)
    },
  }
}
