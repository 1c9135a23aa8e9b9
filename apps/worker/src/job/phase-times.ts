/** Milliseconds a job spends per phase, as `times` of the snapshot shows them. */
import type { Clock } from '@safelight/runtime'
import type { PhaseTimes, Snapshot } from '@safelight/shared'

export interface PhaseStopwatch {
  readonly times: PhaseTimes
  /** Ends the current phase and starts the next one; null ends the last. */
  enter(phase: keyof PhaseTimes | null): PhaseTimes
}

/** @param snapshot its `createdAt` is Redis' time, as the clock's must be, whoever accepted the job */
export function createPhaseStopwatch(
  { createdAt, phase: jobPhase, times: known }: Pick<Snapshot, 'createdAt' | 'phase' | 'times'>,
  clock: Clock,
): PhaseStopwatch {
  // who only collects goes on with the times of who had it executed
  const collects = jobPhase === 'collecting'
  let times: PhaseTimes = collects
    ? known
    : { queue: null, prepare: null, execute: null, collect: null }
  let phase: keyof PhaseTimes | null = collects ? 'collect' : 'queue'
  let sinceMs = collects ? clock.now() : createdAt
  return {
    get times() {
      return times
    },
    enter(next) {
      // who ends what another has begun knows no better than that one
      if (next === null && phase === 'queue' && known.queue !== null) return known
      const nowMs = clock.now()
      if (phase) times = { ...times, [phase]: Math.max(0, nowMs - sinceMs) }
      phase = next
      sinceMs = nowMs
      return times
    },
  }
}
