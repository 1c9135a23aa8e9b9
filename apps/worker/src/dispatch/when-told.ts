/** Waiting for what somebody else tells. */
import { type Clock, sleep } from '@safelight/runtime'

/**
 * Resolves when one of the listeners is called and it is so; rejects when the signal aborts.
 * @param listeners whoever tells calls them all
 */
export async function whenTold(
  listeners: Set<() => void>,
  isSo: () => boolean,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const done = () => {
      listeners.delete(look)
      signal.removeEventListener('abort', onAbort)
    }
    const onAbort = () => {
      done()
      reject(signal.reason)
    }
    const look = () => {
      if (!isSo()) return
      done()
      resolve()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    listeners.add(look)
  })
}

export interface SleepOptions {
  clock: Clock
  ms: number
  signal: AbortSignal
  /** Before the sleep: what is told meanwhile counts. */
  first?: () => Promise<void>
}

/** Resolves after so many ms, or as soon as `told` does; rejects when the signal aborts. */
export async function sleepUnless(
  told: (signal: AbortSignal) => Promise<void>,
  { clock, ms, signal, first }: SleepOptions,
): Promise<void> {
  signal.throwIfAborted()
  const over = new AbortController()
  // not `AbortSignal.any`: a signal as old as the process would collect something of every sleep
  const onAbort = () => over.abort(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const called = told(over.signal)
  // waited for below
  called.catch(() => undefined)
  try {
    await first?.()
    await Promise.race([called, sleep(clock, ms, over.signal)])
  } finally {
    signal.removeEventListener('abort', onAbort)
    over.abort()
  }
}
