/** Reads that overlap become one: each caller gets a read that began after its call, and at most one waits. */

export function createSingleFlight(read: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null
  let next: Promise<void> | null = null

  function start(): Promise<void> {
    const own = read().finally(() => {
      if (running === own) running = null
    })
    running = own
    return own
  }

  return function request() {
    if (!running) return start()
    // the running read may have looked before the thing we are asked about happened
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = null
        return start()
      })
    return next
  }
}
