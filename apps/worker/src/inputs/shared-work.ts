/** Work that several wait for is done once, and stops when nobody waits for it any more. */

export type ShareWork<T> = (
  key: string,
  work: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
) => Promise<T>

export function createSharedWork<T>(): ShareWork<T> {
  const underWay = new Map<string, { done: Promise<T>; stop: AbortController; waiting: number }>()

  return async (key, work, signal) => {
    signal.throwIfAborted()
    let shared = underWay.get(key)
    if (!shared) {
      const stop = new AbortController()
      const done = work(stop.signal).finally(() => {
        if (underWay.get(key)?.stop === stop) underWay.delete(key)
      })
      // whoever waits hears of it; perhaps nobody does any more
      done.catch(() => undefined)
      shared = { done, stop, waiting: 0 }
      underWay.set(key, shared)
    }
    shared.waiting += 1
    try {
      return await unlessAborted(shared.done, signal)
    } finally {
      shared.waiting -= 1
      if (shared.waiting === 0) {
        // whoever comes now begins anew
        if (underWay.get(key) === shared) underWay.delete(key)
        shared.stop.abort(signal.reason)
      }
    }
  }
}

async function unlessAborted<T>(done: Promise<T>, signal: AbortSignal): Promise<T> {
  let leave = () => {}
  const left = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
  })
  try {
    return await Promise.race([done, left])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}
