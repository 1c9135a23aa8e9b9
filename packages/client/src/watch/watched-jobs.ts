/**
 * Everything one client watches: one socket for all of its jobs, event streams while that is down.
 * The connection is opened for the first subscriber and closed after the last.
 */
import type { Http } from '../http/request.ts'
import type { SubscribeOptions } from '../types.ts'
import { createBarMemory } from './bar-memory.ts'
import { createWatchedJob, type WatchedJob } from './watched-job.ts'
import { createFallback, type Fallback } from './fallback.ts'
import { createSubscriber } from './subscriber.ts'
import { createSocketTransport, type SocketTransport } from './socket-transport.ts'

export interface WatchedJobs {
  /** @returns what ends it */
  subscribe(jobId: string, options: SubscribeOptions): () => void
  close(): void
}

export function createWatchedJobs(http: Http): WatchedJobs {
  const jobs = new Map<string, WatchedJob>()
  const bar = createBarMemory()
  const all = () => [...jobs.values()]
  let socket: SocketTransport | null = null
  let isUp = false
  let idle: ReturnType<typeof setTimeout> | null = null

  const fallback: Fallback = createFallback({
    http,
    all,
    onLost(job) {
      if (!isUp) job.setConnection('reconnecting')
    },
  })

  function openSocket(): SocketTransport {
    return createSocketTransport({
      baseUrl: http.options.baseUrl,
      token: http.options.token,
      find: (jobId) => jobs.get(jobId),
      all,
      onLive: (job) => fallback.end(job),
      onUp() {
        isUp = true
        fallback.pause()
      },
      onDown() {
        isUp = false
        for (const job of all()) {
          if (!fallback.isStreaming(job)) job.setConnection('reconnecting')
        }
        fallback.begin()
      },
    })
  }

  /** Not at once: a page that changes from one job to the next leaves and comes in one breath. */
  function closeWhenIdle(): void {
    if (jobs.size > 0 || idle) return
    idle = setTimeout(() => {
      idle = null
      if (jobs.size === 0) disconnect()
    }, 0)
  }

  function disconnect(): void {
    // its end is no loss: nothing may wait for it to come back
    socket?.close()
    socket = null
    fallback.close()
    isUp = false
  }

  function drop(job: WatchedJob): void {
    if (jobs.get(job.jobId) !== job) return
    jobs.delete(job.jobId)
    fallback.end(job)
    socket?.leave(job.jobId)
    closeWhenIdle()
  }

  return {
    subscribe(jobId, options) {
      const job = jobs.get(jobId) ?? createWatchedJob(jobId)
      jobs.set(jobId, job)
      const leave = () => {
        job.subscribers.delete(subscriber)
        if (job.subscribers.size === 0) drop(job)
      }
      const subscriber = createSubscriber(options, bar, leave)
      job.subscribers.add(subscriber)
      socket ??= openSocket()
      // also when it has subscribers already: only the server has what the new one lacks
      socket.ask(job)
      if (!isUp) fallback.begin()
      return leave
    },
    close() {
      for (const job of all()) {
        job.subscribers.clear()
        drop(job)
      }
      if (idle) clearTimeout(idle)
      idle = null
      disconnect()
    },
  }
}
