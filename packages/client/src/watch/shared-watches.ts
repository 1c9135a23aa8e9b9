/**
 * Everything one client watches: one socket for all of its watches, event streams while that is down.
 * The connection is opened for the first subscriber and closed after the last.
 */
import type { Http } from '../http/request.ts'
import type { SubscribeOptions } from '../types.ts'
import { createBarMemory } from './bar-memory.ts'
import { createSharedWatch, type SharedWatch } from './shared-watch.ts'
import { createFallback, type Fallback } from './fallback.ts'
import { createSubscriber } from './subscriber.ts'
import { createSocketTransport, type SocketTransport } from './socket-transport.ts'

export interface SharedWatches {
  /** @returns what ends it */
  subscribe(jobId: string, options: SubscribeOptions): () => void
  close(): void
}

export function createSharedWatches(http: Http): SharedWatches {
  const watches = new Map<string, SharedWatch>()
  const bar = createBarMemory()
  const all = () => [...watches.values()]
  let socket: SocketTransport | null = null
  let isUp = false
  let idle: ReturnType<typeof setTimeout> | null = null

  const fallback: Fallback = createFallback({
    http,
    all,
    onLost(watch) {
      if (!isUp) watch.setConnection('reconnecting')
    },
  })

  function openSocket(): SocketTransport {
    return createSocketTransport({
      baseUrl: http.options.baseUrl,
      token: http.options.token,
      find: (jobId) => watches.get(jobId),
      all,
      onLive: (watch) => fallback.end(watch),
      onUp() {
        isUp = true
        fallback.pause()
      },
      onDown() {
        isUp = false
        for (const watch of all()) {
          if (!fallback.isStreaming(watch)) watch.setConnection('reconnecting')
        }
        fallback.begin()
      },
    })
  }

  /** Not at once: a page that changes from one job to the next leaves and comes in one breath. */
  function closeWhenIdle(): void {
    if (watches.size > 0 || idle) return
    idle = setTimeout(() => {
      idle = null
      if (watches.size === 0) disconnect()
    }, 0)
  }

  function disconnect(): void {
    // its end is no loss: nothing may wait for it to come back
    socket?.close()
    socket = null
    fallback.close()
    isUp = false
  }

  function drop(watch: SharedWatch): void {
    if (watches.get(watch.jobId) !== watch) return
    watches.delete(watch.jobId)
    fallback.end(watch)
    socket?.leave(watch.jobId)
    closeWhenIdle()
  }

  return {
    subscribe(jobId, options) {
      const watch = watches.get(jobId) ?? createSharedWatch(jobId)
      watches.set(jobId, watch)
      const leave = () => {
        watch.subscribers.delete(subscriber)
        if (watch.subscribers.size === 0) drop(watch)
      }
      const subscriber = createSubscriber(options, bar, leave)
      watch.subscribers.add(subscriber)
      socket ??= openSocket()
      // also when it has subscribers already: only the server has what the new one lacks
      socket.ask(watch)
      if (!isUp) fallback.begin()
      return leave
    },
    close() {
      for (const watch of all()) {
        watch.subscribers.clear()
        drop(watch)
      }
      if (idle) clearTimeout(idle)
      idle = null
      disconnect()
    },
  }
}
