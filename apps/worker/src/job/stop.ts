/** Why a job that runs here must stop, and the switch that stops it. */

/** `cancel`: its owner asked · `shutdown`: this worker leaves · `lock-lost`: another worker may hold it. */
export type StopReason = 'cancel' | 'shutdown' | 'lock-lost'

const REASONS: readonly unknown[] = ['cancel', 'shutdown', 'lock-lost'] satisfies StopReason[]

export interface StopSwitch {
  readonly signal: AbortSignal
  /** The first reason; null while nothing says stop. */
  readonly reason: StopReason | null
  /** Later calls change nothing. */
  stop(reason: StopReason): void
}

/** @param outer e.g. BullMQ's signal, aborted with a `StopReason` */
export function createStopSwitch(outer: AbortSignal | undefined): StopSwitch {
  const own = new AbortController()
  const signal = outer ? AbortSignal.any([own.signal, outer]) : own.signal
  return {
    signal,
    get reason() {
      if (!signal.aborted) return null
      // whatever else BullMQ may abort with: not ours to decide, so touch nothing
      return isStopReason(signal.reason) ? signal.reason : 'lock-lost'
    },
    stop(reason) {
      if (!signal.aborted) own.abort(reason)
    },
  }
}

function isStopReason(value: unknown): value is StopReason {
  return REASONS.includes(value)
}
