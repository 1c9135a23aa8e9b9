/** Watchers that drop and return, half over Socket.IO and half over server-sent events, each on one job after the other. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Followed } from '../testing/follower.ts'
import { followBySocket } from '../testing/follow-socket.ts'
import { followBySse } from '../testing/follow-sse.ts'
import { createRandom } from '../testing/random.ts'

export interface Audience {
  /** Every watch that has ended. */
  readonly watches: readonly Followed[]
  /** Resolves when all have seen the end of the job they watch, after `stop` was aborted. */
  readonly done: Promise<void>
}

export interface AudienceOptions {
  watchers: number
  seed: number
  urls: readonly string[]
  accepted: readonly string[]
  /** No new watches from here on. */
  stop: AbortSignal
  /** The bound: whoever has seen no end by then never will. */
  giveUp: AbortSignal
}

/** Among the latest jobs: the ones that are alive. */
const LATEST = 15
const LOOK_MS = 100

export function startAudience(options: AudienceOptions): Audience {
  const watches: Followed[] = []
  const seats = Array.from({ length: options.watchers }, (_, n) => sit(n))
  return { watches, done: Promise.all(seats).then(() => undefined) }

  async function sit(n: number): Promise<void> {
    const random = createRandom(options.seed + n)
    const follow = n % 2 === 0 ? followBySocket : followBySse
    while (!options.stop.aborted) {
      const latest = options.accepted.slice(-LATEST)
      if (latest.length > 0) {
        watches.push(
          await follow({
            jobId: random.pick(latest),
            pickUrl: () => random.pick(options.urls),
            eventsUntilDrop: () => (random.below(3) === 0 ? Infinity : 1 + random.below(25)),
            signal: options.giveUp,
          }),
        )
      }
      await delay(LOOK_MS)
    }
  }
}
