/**
 * Latest wins. News after a pause goes out at once; a flood is thinned to one emission per interval, on average, and
 * there is never a second one while the first is under way.
 */
import type { Clock } from '@safelight/runtime'

export interface Coalescer<T> {
  push(value: T): void
  /** Emits what is held back now, and waits until nothing is under way. */
  flush(): Promise<void>
  /** Drops what is held back and the timer. */
  close(): void
  /** Values that gave way to later ones. */
  readonly spared: number
}

export interface CoalesceOptions<T> {
  everyMs: number
  /** Emissions that may be ahead of their time, so that what was said in between does not keep the next tick; none by default. */
  ahead?: number
  clock: Clock
  /** Must not reject: what a failed emission means is the emitter's to decide. */
  emit: (value: T) => Promise<void>
}

/** What follows sooner is said in one breath, e.g. that a node is over and the next one runs: one emission. */
const BREATH_MS = 20

export function createCoalescer<T>({
  everyMs,
  ahead = 0,
  clock,
  emit,
}: CoalesceOptions<T>): Coalescer<T> {
  let held: { value: T } | null = null
  let callOff: (() => void) | null = null
  let underWay: Promise<void> | null = null
  let spared = 0
  let lastMs = Number.NEGATIVE_INFINITY
  /** When all that was emitted has had its interval. */
  let freeMs = Number.NEGATIVE_INFINITY

  function schedule(): void {
    if (!held || underWay || callOff) return
    const dueMs = Math.max(lastMs + BREATH_MS, freeMs - ahead * everyMs)
    const waitMs = dueMs - clock.steady()
    if (waitMs <= 0) fire()
    else callOff = clock.after(waitMs, fire)
  }

  function fire(): void {
    stopTimer()
    if (!held) return
    const { value } = held
    held = null
    lastMs = clock.steady()
    freeMs = Math.max(freeMs, lastMs) + everyMs
    underWay = emit(value).finally(() => {
      underWay = null
      schedule()
    })
  }

  function stopTimer(): void {
    callOff?.()
    callOff = null
  }

  return {
    push(value) {
      if (held) spared += 1
      held = { value }
      schedule()
    },
    async flush() {
      while (underWay || held) {
        if (!underWay) fire()
        await underWay
      }
    },
    close() {
      held = null
      stopTimer()
    },
    get spared() {
      return spared
    },
  }
}
