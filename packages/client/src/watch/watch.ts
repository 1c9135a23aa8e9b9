/** `watch`: a subscription as an async iterable. */
import { toError } from '../http/retry.ts'
import type { SubscribeOptions, JobUpdate, WatchOptions } from '../types.ts'

/** Updates that wait for a slow consumer; beyond them only the newest state is kept. */
const PENDING_AT_MOST = 2_000

type Subscribe = (jobId: string, options: SubscribeOptions) => () => void

export async function* watchJob(
  subscribe: Subscribe,
  jobId: string,
  { signal, ...options }: WatchOptions,
): AsyncGenerator<JobUpdate, void, undefined> {
  signal?.throwIfAborted()
  let pending: JobUpdate[] = []
  let failure: Error | null = null
  let ended = false
  let wake = () => {}

  const onAbort = () => {
    failure = toError(signal?.reason)
    wake()
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  const unsubscribe = subscribe(jobId, {
    ...options,
    onUpdate(update) {
      if (pending.length >= PENDING_AT_MOST) pending = [{ ...update, event: null }]
      else pending.push(update)
      wake()
    },
    onEnd() {
      ended = true
      wake()
    },
    onError(error) {
      failure = error
      wake()
    },
  })
  try {
    for (;;) {
      if (failure) throw failure
      const next = pending.shift()
      if (next) yield next
      else if (ended) return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    unsubscribe()
  }
}
