/** A signal that fires with the caller's or when time is up, whichever is first. */

/**
 * `AbortSignal.timeout` keeps its timer to the end, and `AbortSignal.any` on a signal that lives as long
 * as a job collects one dependant per poll. This one leaves nothing behind once closed.
 */
export interface Deadline {
  readonly signal: AbortSignal
  /** Whether it was time, and not the caller, that fired. */
  readonly expired: boolean
  /** Starts the clock, or starts it anew. */
  arm(): void
  /** Stops the clock; the caller's signal still counts. */
  disarm(): void
  /** For good. */
  close(): void
}

export function createDeadline(ms: number, parent?: AbortSignal): Deadline {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let expired = false
  let closed = false

  const follow = () => controller.abort(parent?.reason)
  if (parent?.aborted) follow()
  else parent?.addEventListener('abort', follow, { once: true })

  const expire = () => {
    expired = true
    controller.abort(new DOMException(`Nothing within ${ms} ms`, 'TimeoutError'))
  }
  const disarm = () => clearTimeout(timer)
  const arm = () => {
    disarm()
    if (!closed) timer = setTimeout(expire, ms)
  }
  arm()

  return {
    signal: controller.signal,
    get expired() {
      return expired
    },
    arm,
    disarm,
    close() {
      closed = true
      disarm()
      parent?.removeEventListener('abort', follow)
    },
  }
}
