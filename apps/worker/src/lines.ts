/** So many at a time, and the others in line: one line for each name. */

export interface Lines {
  /**
   * In turn, first come first served.
   * @throws the signal's reason when it is aborted before that
   */
  run<T>(name: string, signal: AbortSignal, task: () => Promise<T>): Promise<T>
}

interface Line {
  running: number
  /** Each takes its turn when called. */
  waiting: Set<() => void>
}

export function createLines(atOnce: number): Lines {
  const lines = new Map<string, Line>()

  async function takeTurn(line: Line, signal: AbortSignal): Promise<void> {
    if (line.running < atOnce) {
      line.running += 1
      return
    }
    await new Promise<void>((resolve, reject) => {
      const take = () => {
        line.waiting.delete(take)
        signal.removeEventListener('abort', giveUp)
        line.running += 1
        resolve()
      }
      const giveUp = () => {
        line.waiting.delete(take)
        reject(signal.reason)
      }
      line.waiting.add(take)
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  function endTurn(name: string, line: Line): void {
    line.running -= 1
    const [next] = line.waiting
    next?.()
    if (line.running === 0) lines.delete(name)
  }

  return {
    async run(name, signal, task) {
      signal.throwIfAborted()
      const line = lines.get(name) ?? { running: 0, waiting: new Set() }
      lines.set(name, line)
      await takeTurn(line, signal)
      try {
        return await task()
      } finally {
        endTurn(name, line)
      }
    },
  }
}
