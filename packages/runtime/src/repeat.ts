/** Runs something again and again, never twice at a time, until closed. */

export interface RepeatOptions {
  /** Pause between the end of one run and the start of the next. */
  everyMs: number
  run: () => Promise<unknown>
  onError: (error: unknown) => void
}

/** `close` waits for a run in progress. */
export function repeat({ everyMs, run, onError }: RepeatOptions): { close(): Promise<void> } {
  let closed = false
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  const schedule = () => {
    if (closed) return
    timer = setTimeout(() => {
      running = run()
        .then(() => undefined, onError)
        .finally(schedule)
    }, everyMs)
  }
  schedule()
  return {
    async close() {
      closed = true
      clearTimeout(timer)
      await running
    },
  }
}
