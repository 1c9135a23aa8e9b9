/** Runs something again and again, never twice at a time, until closed. */
import { type Clock, systemClock } from './clock.ts'

export interface RepeatOptions {
  /** Pause between the end of one run and the start of the next. */
  everyMs: number
  run: () => Promise<unknown>
  onError: (error: unknown) => void
  clock?: Clock
}

/** `close` waits for a run in progress. */
export function repeat(options: RepeatOptions): { close(): Promise<void> } {
  const { everyMs, run, onError, clock = systemClock } = options
  let closed = false
  let running: Promise<void> = Promise.resolve()
  let callOff = () => {}

  const schedule = () => {
    if (closed) return
    callOff = clock.after(everyMs, () => {
      running = run()
        .then(() => undefined, onError)
        .finally(schedule)
    })
  }
  schedule()
  return {
    async close() {
      closed = true
      callOff()
      await running
    },
  }
}
