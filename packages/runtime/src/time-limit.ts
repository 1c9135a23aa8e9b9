/**
 * A time limit that our own busyness does not use up.
 *
 * Whoever waits for an answer must give up some day. But a plain timer also runs out while this
 * process is kept from looking: the answer has come, and lies unread behind the work that delays us.
 * So the limit is counted in short steps. A step that comes late counts as two at most, whatever the
 * delay was, and before the end everything that has arrived is read once more.
 */
import { type Clock, systemClock } from './clock.ts'

/** Short enough for a busy process to get many looks out of a limit. */
const STEP_MS = 50

export interface TimeLimitOptions {
  ms: number
  onExpired: () => void
  clock?: Clock
}

/** @returns a function that calls the limit off */
export function startTimeLimit({ ms, onExpired, clock = systemClock }: TimeLimitOptions) {
  let leftMs = ms
  let callOff = step()

  function step(): () => void {
    const stepMs = Math.min(STEP_MS, leftMs)
    const startedAt = clock.steady()
    return clock.after(stepMs, () => {
      // timers may come a little early, too: no step counts for less than itself
      leftMs -= Math.min(Math.max(clock.steady() - startedAt, stepMs), 2 * STEP_MS)
      // timers run before what arrived meanwhile is read: so one last look
      callOff = leftMs > 0 ? step() : clock.after(0, onExpired)
    })
  }

  return () => callOff()
}
