/**
 * Whether the event loop turns. While it stands still nobody answers, so a prober hears nothing; this tells of one that
 * stands still again and again, and answers in between.
 */
import type { Clock } from '@safelight/runtime'
import type { HealthCheck } from './health-check.ts'

export interface LoopWatchOptions {
  clock: Clock
  /** Pause between two beats. */
  everyMs?: number
  /** A beat that comes so late was kept by something that should not be there. */
  stuckMs?: number
  /** For how long it is told. */
  rememberMs?: number
}

export interface LoopWatch {
  check: HealthCheck
  close(): void
}

export function watchLoop(options: LoopWatchOptions): LoopWatch {
  const { clock, everyMs = 1_000, stuckMs = 10_000, rememberMs = 60_000 } = options
  let stuck: { at: number; lateMs: number } | null = null
  let dueAt = 0
  let callOff = beat()

  function beat(): () => void {
    dueAt = clock.steady() + everyMs
    return clock.after(everyMs, () => {
      notice()
      callOff = beat()
    })
  }

  /** Whoever asks may come before the beat that is late. */
  function notice(): void {
    const lateMs = clock.steady() - dueAt
    if (lateMs >= stuckMs) stuck = { at: clock.steady(), lateMs }
  }

  return {
    check() {
      notice()
      if (!stuck || clock.steady() - stuck.at > rememberMs) return []
      const seconds = Math.round(stuck.lateMs / 1_000)
      return [{ code: 'loop_stuck', message: `The event loop stood still for ${seconds} s.` }]
    },
    close: () => callOff(),
  }
}
