/**
 * Everything one client watches: a channel per job, a socket for all of them, streams while it is down.
 * The connection is opened for the first follower and closed after the last.
 */
import type { Http } from '../http/request.ts'
import type { FollowOptions } from '../types.ts'
import { createBarMemory } from './bar-memory.ts'
import { type Channel, createChannel } from './channel.ts'
import { createFallback, type Fallback } from './fallback.ts'
import { createFollower } from './follower.ts'
import { createSocketTransport, type SocketTransport } from './socket-transport.ts'

export interface Hub {
  /** @returns what ends it */
  follow(jobId: string, options: FollowOptions): () => void
  close(): void
}

export function createHub(http: Http): Hub {
  const channels = new Map<string, Channel>()
  const bar = createBarMemory()
  const all = () => [...channels.values()]
  let socket: SocketTransport | null = null
  let isUp = false
  let idle: ReturnType<typeof setTimeout> | null = null

  const fallback: Fallback = createFallback({
    http,
    all,
    onLost(channel) {
      if (!isUp) channel.connection('reconnecting')
    },
  })

  function openSocket(): SocketTransport {
    return createSocketTransport({
      baseUrl: http.options.baseUrl,
      token: http.options.token,
      find: (jobId) => channels.get(jobId),
      all,
      onLive: (channel) => fallback.end(channel),
      onUp() {
        isUp = true
        fallback.pause()
      },
      onDown() {
        isUp = false
        for (const channel of all()) {
          if (!fallback.carries(channel)) channel.connection('reconnecting')
        }
        fallback.begin()
      },
    })
  }

  /** Not at once: a page that changes from one job to the next leaves and comes in one breath. */
  function closeWhenIdle(): void {
    if (channels.size > 0 || idle) return
    idle = setTimeout(() => {
      idle = null
      if (channels.size === 0) disconnect()
    }, 0)
  }

  function disconnect(): void {
    // its end is no loss: nothing may wait for it to come back
    socket?.close()
    socket = null
    fallback.close()
    isUp = false
  }

  function drop(channel: Channel): void {
    if (channels.get(channel.jobId) !== channel) return
    channels.delete(channel.jobId)
    fallback.end(channel)
    socket?.leave(channel.jobId)
    closeWhenIdle()
  }

  return {
    follow(jobId, options) {
      const channel = channels.get(jobId) ?? createChannel(jobId)
      channels.set(jobId, channel)
      const leave = () => {
        channel.followers.delete(follower)
        if (channel.followers.size === 0) drop(channel)
      }
      const follower = createFollower(options, bar, leave)
      channel.followers.add(follower)
      socket ??= openSocket()
      // also when others follow it already: only the server has what this one lacks
      socket.ask(channel)
      if (!isUp) fallback.begin()
      return leave
    },
    close() {
      for (const channel of all()) {
        channel.followers.clear()
        drop(channel)
      }
      if (idle) clearTimeout(idle)
      idle = null
      disconnect()
    },
  }
}
