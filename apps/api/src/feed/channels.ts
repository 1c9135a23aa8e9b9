/** One Redis connection that listens to exact channels, and says when it may have missed something. */
import { ask } from '@safelight/store'
import type { Redis } from 'ioredis'

export interface Channels {
  /** Resolves when Redis has confirmed: every message published from then on is heard. */
  listen(channel: string, heard: (message: Buffer) => void): Promise<void>
  stop(channel: string): void
  close(): void
}

interface ChannelsDeps {
  redis: Redis
  /** The connection was lost and is back, and every channel is listened to again: re-read. */
  restored: () => void
  failed: (error: unknown) => void
}

/** The connection belongs to the caller, who closes it. */
export function createChannels({ redis, restored, failed }: ChannelsDeps): Channels {
  const ears = new Map<string, (message: Buffer) => void>()

  const onMessage = (channel: Buffer, message: Buffer) => {
    try {
      ears.get(channel.toString())?.(message)
    } catch (error) {
      // a mistake in telling one job's watchers must not end the process with everybody's streams
      failed(error)
    }
  }
  const onReady = () => {
    if (ears.size === 0) return
    // ioredis subscribes again by itself but does not say when that is done: ask again and wait
    redis.subscribe(...ears.keys()).then(restored, failed)
  }
  redis.on('messageBuffer', onMessage)
  redis.on('ready', onReady)

  return {
    async listen(channel, heard) {
      ears.set(channel, heard)
      try {
        await ask(redis.subscribe(channel))
      } catch (error) {
        ears.delete(channel)
        throw error
      }
    },
    stop(channel) {
      if (!ears.delete(channel)) return
      // when the connection is away the subscription is gone with it
      redis.unsubscribe(channel).catch(() => undefined)
    },
    close() {
      redis.off('messageBuffer', onMessage)
      redis.off('ready', onReady)
      ears.clear()
    },
  }
}
