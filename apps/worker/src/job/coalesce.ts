/** Latest wins: at most one emission per interval, and never a second one while the first is under way. */
import type { Clock } from '@safelight/runtime'

export interface Coalescer<T> {
  push(value: T): void
  /** Emits what is held back now, and waits until nothing is under way. */
  flush(): Promise<void>
  /** Drops what is held back and the timer. */
  close(): void
}

export interface CoalesceOptions<T> {
  everyMs: number
  clock: Clock
  /** Must not reject: what a failed emission means is the emitter's to decide. */
  emit: (value: T) => Promise<void>
}

export function createCoalescer<T>({ everyMs, clock, emit }: CoalesceOptions<T>): Coalescer<T> {
  let held: { value: T } | null = null
  let callOff: (() => void) | null = null
  let underWay: Promise<void> | null = null
  let lastMs = Number.NEGATIVE_INFINITY

  function schedule(): void {
    if (!held || underWay || callOff) return
    const waitMs = lastMs + everyMs - clock.steady()
    if (waitMs <= 0) fire()
    else callOff = clock.after(waitMs, fire)
  }

  function fire(): void {
    stopTimer()
    if (!held) return
    const { value } = held
    held = null
    lastMs = clock.steady()
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
  }
}
