/** The caller's one signal, read as what it can mean: cancel on the host, or let go. */
import type { SessionClock } from './clock.ts'

export interface StopRequest {
  /** Aborted with `'cancel'` or `'timeout'`: stop the prompt on the host. */
  readonly canceled: boolean
  /** Fires for every other reason, and never after a cancel. */
  readonly detach: AbortSignal
  /** Fires a grace period after `detach`, for the one call that should not be torn in the middle. */
  readonly detachLate: AbortSignal
  close(): void
}

export interface StopRequestOptions {
  signal: AbortSignal
  graceMs: number
  clock: SessionClock
  onCancel(): void
}

export function createStopRequest(options: StopRequestOptions): StopRequest {
  const { signal, graceMs } = options
  const detach = new AbortController()
  const detachLate = new AbortController()
  let canceled = false
  let callOff = () => {}

  const read = () => {
    if (signal.reason === 'cancel' || signal.reason === 'timeout') {
      canceled = true
      options.onCancel()
      return
    }
    detach.abort(signal.reason)
    callOff = options.clock.after(graceMs, () => detachLate.abort(signal.reason))
  }
  if (signal.aborted) read()
  else signal.addEventListener('abort', read, { once: true })

  return {
    get canceled() {
      return canceled
    },
    detach: detach.signal,
    detachLate: detachLate.signal,
    close() {
      callOff()
      signal.removeEventListener('abort', read)
    },
  }
}
