/** The caller's signals, read as what they can mean: cancel on the host, let go, or take back what has not begun. */
import type { SessionClock } from './clock.ts'

export interface StopRequest {
  /** Aborted with `'cancel'` or `'timeout'`: stop the prompt on the host. */
  readonly canceled: boolean
  /** The prompt is wanted elsewhere, if it has not begun. */
  readonly withdrawn: boolean
  /** Fires for every other reason, and never after a cancel. */
  readonly detach: AbortSignal
  /** Fires a grace period after `detach`, for the one call that should not be torn in the middle. */
  readonly detachLate: AbortSignal
  close(): void
}

export interface StopRequestOptions {
  signal: AbortSignal
  withdrawal?: AbortSignal | undefined
  graceMs: number
  clock: SessionClock
  /** Something is to be done on the host. */
  onAsked(): void
}

export function createStopRequest(options: StopRequestOptions): StopRequest {
  const { signal, withdrawal, graceMs } = options
  const onAsked = () => options.onAsked()
  const detach = new AbortController()
  const detachLate = new AbortController()
  let canceled = false
  let callOff = () => {}

  const read = () => {
    if (signal.reason === 'cancel' || signal.reason === 'timeout') {
      canceled = true
      onAsked()
      return
    }
    detach.abort(signal.reason)
    callOff = options.clock.after(graceMs, () => detachLate.abort(signal.reason))
  }
  if (signal.aborted) read()
  else signal.addEventListener('abort', read, { once: true })
  withdrawal?.addEventListener('abort', onAsked, { once: true })

  return {
    get canceled() {
      return canceled
    },
    get withdrawn() {
      return withdrawal?.aborted === true
    },
    detach: detach.signal,
    detachLate: detachLate.signal,
    close() {
      callOff()
      signal.removeEventListener('abort', read)
      withdrawal?.removeEventListener('abort', onAsked)
    },
  }
}
