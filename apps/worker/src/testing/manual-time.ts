/** Time that passes when a test says so. */
import type { Clock } from '@safelight/runtime'

export interface ManualTime {
  clock: Clock
  /** Goes on by so much, from one timer to the next. */
  pass: (ms: number) => void
  /** How many timers run. */
  pending: () => number
}

export function createManualTime(startMs = 0): ManualTime {
  const timers = new Set<{ atMs: number; act: () => void }>()
  let nowMs = startMs
  return {
    clock: {
      now: () => nowMs,
      steady: () => nowMs,
      after(ms, act) {
        const timer = { atMs: nowMs + ms, act }
        timers.add(timer)
        return () => void timers.delete(timer)
      },
    },
    pass(ms) {
      const untilMs = nowMs + ms
      for (;;) {
        const [next] = [...timers].toSorted((one, other) => one.atMs - other.atMs)
        if (!next || next.atMs > untilMs) break
        nowMs = next.atMs
        timers.delete(next)
        next.act()
      }
      nowMs = untilMs
    },
    pending: () => timers.size,
  }
}

/** Lets promises that are already settled run their continuations. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
