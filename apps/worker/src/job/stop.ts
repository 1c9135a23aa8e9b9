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
  const signal = outer ? AbortSignal.any([own.signal, outer]) : own.signal
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
    withdrawal: leaving ? AbortSignal.any([withdrawn.signal, leaving]) : withdrawn.signal,
    withdraw: () => withdrawn.abort(),
  }
}

function isStopReason(value: unknown): value is StopReason {
  return REASONS.includes(value)
}
