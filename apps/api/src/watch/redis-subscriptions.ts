/** One Redis connection that subscribes to exact channels, and says when it may have missed something. */
import { ask } from '@safelight/store'
import type { Redis } from 'ioredis'

export interface RedisSubscriptions {
  /** Resolves when Redis has confirmed: every message published from then on is received. */
  subscribe(channel: string, onMessage: (message: Buffer) => void): Promise<void>
  unsubscribe(channel: string): void
  readonly size: number
  close(): void
}

interface RedisSubscriptionsDeps {
  redis: Redis
  /** The connection was lost and is back, and every channel is subscribed again: re-read. */
  onRestored: () => void
  onError: (error: unknown) => void
}

/** The connection belongs to the caller, who closes it. */
export function createRedisSubscriptions({
  redis,
  onRestored,
  onError,
}: RedisSubscriptionsDeps): RedisSubscriptions {
  const receivers = new Map<string, (message: Buffer) => void>()

  const receive = (channel: Buffer, message: Buffer) => {
    try {
      receivers.get(channel.toString())?.(message)
    } catch (error) {
      // a mistake with one job's watchers must not end the process with everybody's streams
      onError(error)
    }
  }
  const onReady = () => {
    if (receivers.size === 0) return
    // ioredis subscribes again by itself but does not say when that is done: ask again and wait
    redis.subscribe(...receivers.keys()).then(onRestored, onError)
  }
  redis.on('messageBuffer', receive)
  redis.on('ready', onReady)

  return {
    async subscribe(channel, onMessage) {
      receivers.set(channel, onMessage)
      try {
        await ask(redis.subscribe(channel))
      } catch (error) {
        receivers.delete(channel)
        throw error
      }
    },
    unsubscribe(channel) {
      if (!receivers.delete(channel)) return
      // when the connection is away the subscription is gone with it
      redis.unsubscribe(channel).catch(() => undefined)
    },
    get size() {
      return receivers.size
    },
    close() {
      redis.off('messageBuffer', receive)
      redis.off('ready', onReady)
      receivers.clear()
    },
  }
}
