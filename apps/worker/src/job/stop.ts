/** Why a job that runs here must stop, or is wanted elsewhere, and the switch for both. */

/**
 * `cancel`: its owner asked · `timeout`: its time is up · `shutdown`: this worker leaves ·
 * `claim-lost`: another worker may have claimed it.
 */
export type StopReason = 'cancel' | 'timeout' | 'shutdown' | 'claim-lost'

const REASONS: readonly unknown[] = [
  'cancel',
  'timeout',
  'shutdown',
  'claim-lost',
] satisfies StopReason[]

export interface StopSwitch {
  readonly signal: AbortSignal
  /** The first reason, but `claim-lost` beats all others; null while nothing says stop. */
  readonly reason: StopReason | null
  /** Later calls change nothing, but for `claim-lost`. */
  stop(reason: StopReason): void
  /** Aborted when the job is to give its slot back if its prompt has not begun; one that has goes on. No reason to stop. */
  readonly withdrawal: AbortSignal
  withdraw(): void
  /** The job has left our hands: nothing that lives longer is followed any more, and nothing there remembers it. */
  close(): void
}

/**
 * @param outer e.g. BullMQ's signal, aborted with a `StopReason`
 * @param leaving aborted when the host gets nothing new from here: whatever has not begun there goes back
 */
export function createStopSwitch(
  outer: AbortSignal | undefined,
  leaving?: AbortSignal,
): StopSwitch {
  const own = new AbortController()
  const withdrawn = new AbortController()
  const { signal } = own
  // not `AbortSignal.any`: a host's signal would collect something of every job that was ever there
  const unfollow = [follow(own, outer), follow(withdrawn, leaving)]
  let claimLost = false
  return {
    signal,
    get reason() {
      if (claimLost) return 'claim-lost'
      if (!signal.aborted) return null
      // whatever else BullMQ may abort with: not ours to decide, so touch nothing
      return isStopReason(signal.reason) ? signal.reason : 'claim-lost'
    },
    stop(reason) {
      // even a cancel that is under way is another worker's then
      if (reason === 'claim-lost') claimLost = true
      if (!signal.aborted) own.abort(reason)
    },
    withdrawal: withdrawn.signal,
    withdraw: () => withdrawn.abort(),
    close() {
      for (const stop of unfollow) stop()
    },
  }
}

/** @returns follows it no longer */
function follow(own: AbortController, outer: AbortSignal | undefined): () => void {
  if (!outer) return () => undefined
  const abort = () => own.abort(outer.reason)
  if (outer.aborted) abort()
  else outer.addEventListener('abort', abort, { once: true })
  return () => outer.removeEventListener('abort', abort)
}

function isStopReason(value: unknown): value is StopReason {
  return REASONS.includes(value)
}
