/** `watch`: a followed job as an async iterable. */
import { toError } from '../http/retry.ts'
import type { FollowOptions, JobUpdate, WatchOptions } from '../types.ts'

/** Updates that wait for a slow consumer; beyond them only the newest state is kept. */
const BACKLOG = 2_000

type Follow = (jobId: string, options: FollowOptions) => () => void

export async function* watchJob(
  follow: Follow,
  jobId: string,
  { signal, ...options }: WatchOptions,
): AsyncGenerator<JobUpdate, void, undefined> {
  signal?.throwIfAborted()
  let backlog: JobUpdate[] = []
  let failure: Error | null = null
  let ended = false
  let wake = () => {}

  const onAbort = () => {
    failure = toError(signal?.reason)
    wake()
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  const leave = follow(jobId, {
    ...options,
    onUpdate(update) {
      if (backlog.length >= BACKLOG) backlog = [{ ...update, event: null }]
      else backlog.push(update)
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
      const next = backlog.shift()
      if (next) yield next
      else if (ended) return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    leave()
  }
}
