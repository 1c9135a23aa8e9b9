/** Jobs whose outputs are fetched from one host at a time: more would only share the same line. */

export interface CarryLines {
  /**
   * In turn, first come first served.
   * @throws the signal's reason when it is aborted before that
   */
  run<T>(hostId: string, signal: AbortSignal, task: () => Promise<T>): Promise<T>
}

const AT_ONCE = 3

interface Line {
  running: number
  /** Each takes its turn when called. */
  waiting: Set<() => void>
}

export function createCarryLines(): CarryLines {
  const lines = new Map<string, Line>()

  async function takeTurn(line: Line, signal: AbortSignal): Promise<void> {
    if (line.running < AT_ONCE) {
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

  function endTurn(hostId: string, line: Line): void {
    line.running -= 1
    const [next] = line.waiting
    next?.()
    if (line.running === 0) lines.delete(hostId)
  }

  return {
    async run(hostId, signal, task) {
      signal.throwIfAborted()
      const line = lines.get(hostId) ?? { running: 0, waiting: new Set() }
      lines.set(hostId, line)
      await takeTurn(line, signal)
      try {
        return await task()
      } finally {
        endTurn(hostId, line)
      }
    },
  }
}
