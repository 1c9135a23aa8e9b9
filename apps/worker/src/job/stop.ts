/** Why a job that runs here must stop, and the switch that stops it. */

/**
 * `cancel`: its owner asked · `timeout`: its time is up · `shutdown`: this worker leaves ·
 * `lock-lost`: another worker may hold it.
 */
export type StopReason = 'cancel' | 'timeout' | 'shutdown' | 'lock-lost'

const REASONS: readonly unknown[] = [
  'cancel',
  'timeout',
  'shutdown',
  'lock-lost',
] satisfies StopReason[]

export interface StopSwitch {
  readonly signal: AbortSignal
  /** The first reason, but `lock-lost` beats all others; null while nothing says stop. */
  readonly reason: StopReason | null
  /** Later calls change nothing, but for `lock-lost`. */
  stop(reason: StopReason): void
}

/** @param outer e.g. BullMQ's signal, aborted with a `StopReason` */
export function createStopSwitch(outer: AbortSignal | undefined): StopSwitch {
  const own = new AbortController()
  const signal = outer ? AbortSignal.any([own.signal, outer]) : own.signal
  let lost = false
  return {
    signal,
    get reason() {
      if (lost) return 'lock-lost'
      if (!signal.aborted) return null
      // whatever else BullMQ may abort with: not ours to decide, so touch nothing
      return isStopReason(signal.reason) ? signal.reason : 'lock-lost'
    },
    stop(reason) {
      // even a cancel that is under way is another worker's then
      if (reason === 'lock-lost') lost = true
      if (!signal.aborted) own.abort(reason)
    },
  }
}

function isStopReason(value: unknown): value is StopReason {
  return REASONS.includes(value)
}
