/** Watchers that come and go: on jobs that run, over both transports, some for the pictures, some who leave without a word. */
import { setTimeout as delay } from 'node:timers/promises'
import { io } from 'socket.io-client'
import { followBySocket } from '../testing/follow-socket.ts'
import { followBySse } from '../testing/follow-sse.ts'
import { createRandom, type Random } from '../testing/random.ts'

export interface WatchersOptions {
  urls: readonly string[]
  latest: readonly string[]
  previewed: readonly string[]
  count: number
  seed: number
  signal: AbortSignal
}

export interface Watchers {
  /** Watches that are over. */
  watched(): number
  /** Frames that were heard. */
  previews(): number
  readonly done: Promise<void>
}

const PAUSE_MS = 200
const GLANCE_MS = 1_500
const PATIENCE_MS = 60_000

export function startWatchers(options: WatchersOptions): Watchers {
  const { urls, latest, previewed, signal } = options
  let [watched, previews] = [0, 0]

  async function follow(n: number, random: Random): Promise<void> {
    if (latest.length === 0) return
    const follow = n % 2 === 0 ? followBySocket : followBySse
    await follow({
      jobId: random.pick(latest),
      pickUrl: () => random.pick(urls),
      eventsUntilDrop: () => (random.below(3) === 0 ? Infinity : 1 + random.below(25)),
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    })
  }

  /** Looks at the pictures for a moment; whoever hears them over a socket leaves without saying so. */
  async function glance(n: number, random: Random): Promise<void> {
    const jobId = previewed.at(-1)
    if (jobId === undefined) return
    const url = random.pick(urls)
    if (n % 4 === 0) {
      const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false })
      socket.on('preview', () => (previews += 1))
      socket.on('connect', () => socket.emit('watch', { jobId, previews: true }))
      await delay(GLANCE_MS)
      socket.removeAllListeners()
      socket.io.engine.close()
      socket.disconnect()
      return
    }
    const call = new AbortController()
    const over = setTimeout(() => call.abort(), GLANCE_MS)
    try {
      const answer = await fetch(`${url}/api/v2/jobs/${jobId}/events`, { signal: call.signal })
      for await (const part of answer.body ?? []) {
        if (Buffer.from(part).includes('event: preview')) previews += 1
      }
    } finally {
      clearTimeout(over)
      call.abort()
    }
  }

  async function sit(n: number): Promise<void> {
    const random = createRandom(options.seed + n)
    while (!signal.aborted) {
      // a job may be gone by now, and a glance is cut short
      await (n % 5 === 0 ? glance(n, random) : follow(n, random)).catch(() => undefined)
      watched += 1
      await delay(PAUSE_MS)
    }
  }

  const seats = Array.from({ length: options.count }, (_, n) => sit(n))
  return {
    watched: () => watched,
    previews: () => previews,
    done: Promise.all(seats).then(() => undefined),
  }
}
