/** A clock that stands still until a test lets it go on: no wait takes time, and none is too short. */
import type { SessionClock } from '../session/clock.ts'

export interface ManualClock extends SessionClock {
  /** Goes on from one timer to the next, as soon as each is set, until the condition holds. */
  until(condition: () => boolean): Promise<void>
  /** Goes on until the promise is settled. */
  run<T>(promise: Promise<T>): Promise<T>
}

/** Timers that are further away are for what does not happen in a test, like pings to a host that answers. */
const SOON_MS = 6_000

export function createManualClock(): ManualClock {
  const timers = new Set<{ at: number; act: () => void }>()
  let now = 0

  function goToNext(): void {
    const [next] = [...timers].toSorted((one, other) => one.at - other.at)
    if (!next || next.at - now > SOON_MS) return
    now = Math.max(now, next.at)
    timers.delete(next)
    next.act()
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      goToNext()
      // answers and messages arrive meanwhile
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }

  return {
    now: () => now,
    after(ms, act) {
      const timer = { at: now + ms, act }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    until,
    async run(promise) {
      let settled = false
      const settle = () => {
        settled = true
      }
      promise.then(settle, settle)
      await until(() => settled)
      return promise
    },
  }
}
