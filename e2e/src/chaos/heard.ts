/** What is told of jobs as it is told: heard on their live channels, beside all watchers, and stamped by this machine's clock. */
import { tellNobody } from '@safelight/runtime'
import { jobEventSchema } from '@safelight/shared'
import { closeRedis, createKeys, createRedis } from '@safelight/store'

export interface Heard {
  /** jobId → when it was heard to be canceled, ms since the epoch, to the microsecond. */
  readonly canceledAt: ReadonlyMap<string, number>
  /** Resolves when it is heard to execute, or when the signal aborts. */
  untilExecuting(jobId: string, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** What is told while our connection is cut is not heard. */
export async function hearJobs(redisUrl: string, namespace: string): Promise<Heard> {
  const redis = createRedis(redisUrl, 'subscriber', { emit: tellNobody })
  const canceledAt = new Map<string, number>()
  const executing = new Map<string, PromiseWithResolve>()
  const of = (jobId: string) => {
    const known = executing.get(jobId) ?? toPromise()
    executing.set(jobId, known)
    return known
  }
  redis.on('pmessage', (_pattern: string, _channel: string, text: string) => {
    const at = performance.timeOrigin + performance.now()
    const event = jobEventSchema.parse(JSON.parse(text))
    if (event.type !== 'status') return
    if (event.status === 'canceled') canceledAt.set(event.jobId, at)
    if (event.phase === 'executing') of(event.jobId).resolve()
  })
  await redis.psubscribe(createKeys(namespace).live('*'))
  return {
    canceledAt,
    async untilExecuting(jobId, signal) {
      const { resolve, promise } = of(jobId)
      if (signal.aborted) return
      signal.addEventListener('abort', resolve, { once: true })
      await promise
    },
    close: () => closeRedis(redis),
  }
}

interface PromiseWithResolve {
  promise: Promise<void>
  resolve: () => void
}

function toPromise(): PromiseWithResolve {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
