/** Tries again what could not be asked, for requests that are harmless when repeated. */
import { RequestError, type RequestErrorCode } from '../errors.ts'

/** No answer, or one that says "later": whether the request was carried out is not known, or it was not. */
const WORTH_ANOTHER_TRY: ReadonlySet<RequestErrorCode> = new Set([
  'unreachable',
  'unavailable',
  'idempotency_in_flight',
])
const WAITS_MS = [300, 1_000, 2_500, 5_000]
const LONGEST_WAIT_MS = 10_000

/** @param signal aborting ends the waiting, too */
export async function retrying<T>(
  ask: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await ask()
    } catch (error) {
      const waitMs = WAITS_MS[tries]
      if (!(error instanceof RequestError) || waitMs === undefined) throw error
      if (!WORTH_ANOTHER_TRY.has(error.code)) throw error
      await pause(Math.min(LONGEST_WAIT_MS, error.retryAfterMs ?? waitMs), signal)
    }
  }
}

export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer)
      reject(toError(signal?.reason))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    if (signal?.aborted) onAbort()
    else signal?.addEventListener('abort', onAbort, { once: true })
  })
}

export function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
