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

/** Resolves after so many ms, or as soon as `told` does; rejects when the signal aborts. */
export async function sleepUnless(
  told: (signal: AbortSignal) => Promise<void>,
  { clock, ms, signal }: { clock: Clock; ms: number; signal: AbortSignal },
): Promise<void> {
  const over = new AbortController()
  const either = AbortSignal.any([signal, over.signal])
  await Promise.race([sleep(clock, ms, either), told(either)]).finally(() => over.abort())
}
