/** Works off what it is given in the background, so many at a time, first come first served. */

export interface WorkLine {
  /** Must not reject: what a failure means is the task's own affair. */
  add(task: () => Promise<void>): void
  /** Nothing is left or under way. */
  idle(): Promise<void>
  /** Forgets what has not begun. */
  clear(): void
}

export function createWorkLine(atOnce: number): WorkLine {
  let waiting: (() => Promise<void>)[] = []
  let waiters: (() => void)[] = []
  let running = 0

  function next(): void {
    while (running < atOnce) {
      const task = waiting.shift()
      if (!task) break
      running += 1
      void task().finally(() => {
        running -= 1
        next()
      })
    }
    if (running > 0 || waiting.length > 0) return
    for (const resolve of waiters.splice(0)) resolve()
  }

  return {
    add(task) {
      waiting.push(task)
      next()
    },
    async idle() {
      if (running === 0 && waiting.length === 0) return
      await new Promise<void>((resolve) => waiters.push(resolve))
    },
    clear() {
      waiting = []
    },
  }
}
