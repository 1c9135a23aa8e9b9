/** When to look again: steadily, quickly after the end was announced, slower while the host fails. */
import { backoffMs } from './backoff.ts'
import type { SessionTimings } from './timings.ts'

const MAX_FAILING_MS = 10_000

export interface Pace {
  /** The end was announced: history will show it within milliseconds. */
  hurry(): void
  /** @param situation what the last look found */
  nextMs(situation: PaceSituation): number
}

export interface PaceSituation {
  failures: number
  stopping: boolean
  absent: boolean
}

export function createPace(timings: SessionTimings): Pace {
  let quick: number[] = []
  return {
    hurry() {
      quick = [...timings.quickPollsMs]
    },
    nextMs({ failures, stopping, absent }) {
      if (failures > 0) {
        return backoffMs(failures, { minMs: timings.pollMs, maxMs: MAX_FAILING_MS })
      }
      if (absent) return timings.confirmMs
      const steady = stopping ? timings.interruptEveryMs : timings.pollMs
      return Math.min(quick.shift() ?? steady, steady)
    },
  }
}
