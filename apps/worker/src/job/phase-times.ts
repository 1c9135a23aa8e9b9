/** Milliseconds a job spends per phase, as `times` of the snapshot shows them. */
import type { Clock } from '@safelight/runtime'
import type { PhaseTimes } from '@safelight/shared'

export interface PhaseStopwatch {
  readonly times: PhaseTimes
  /** Ends the current phase and starts the next one; null ends the last. */
  enter(phase: keyof PhaseTimes | null): PhaseTimes
}

/** @param createdAt ms since the epoch, as the clock tells it: by Redis' time, whoever accepted the job */
export function createPhaseStopwatch(createdAt: number, clock: Clock): PhaseStopwatch {
  let times: PhaseTimes = { queue: null, prepare: null, execute: null, collect: null }
  let phase: keyof PhaseTimes | null = 'queue'
  let sinceMs = createdAt
  return {
    get times() {
      return times
    },
    enter(next) {
      const nowMs = clock.now()
      if (phase) times = { ...times, [phase]: Math.max(0, nowMs - sinceMs) }
      phase = next
      sinceMs = nowMs
      return times
    },
  }
}
