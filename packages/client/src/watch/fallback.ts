/**
 * Event streams in the socket's place: while it is down, and for longer than a blink, each watched job
 * is followed by a stream of its own. The socket's first answer for a job ends its stream.
 */
import { RequestError } from '../errors.ts'
import type { Http } from '../http/request.ts'
import { pause } from '../http/retry.ts'
import type { Channel } from './channel.ts'
import { readEventStream } from './event-stream.ts'

export interface Fallback {
  /**
   * The socket is down: every watched job gets a stream, unless it comes back within a moment. Also
   * for a job that is first watched while it is down: once streams are in use, one opens at once.
   */
  begin(): void
  /** The socket is up: no new streams. Those that are open stay until each job is live over the socket. */
  pause(): void
  end(channel: Channel): void
  /** Whether the job is being heard through a stream now. */
  carries(channel: Channel): boolean
  close(): void
}

export interface FallbackOptions {
  http: Http
  all: () => Channel[]
  /** No stream carries it any more, and the socket does not either. */
  onLost: (channel: Channel) => void
}

/** The time a server needs to restart, and a WebSocket to be refused. */
const PATIENCE_MS = 2_000
/** Browsers give an origin six connections over HTTP/1.1; the page needs some, too. */
const STREAMS_AT_MOST = 4
const AGAIN_MS = 500
const AGAIN_MAX_MS = 8_000
const FINAL: ReadonlySet<string> = new Set(['not_found', 'unauthorized', 'forbidden'])

export function createFallback({ http, all, onLost }: FallbackOptions): Fallback {
  const streams = new Map<Channel, { stop: AbortController; open: boolean }>()
  let active = false
  let patience: ReturnType<typeof setTimeout> | null = null

  function open(channel: Channel): void {
    if (!active || streams.has(channel) || streams.size >= STREAMS_AT_MOST) return
    const stream = { stop: new AbortController(), open: false }
    streams.set(channel, stream)
    void keep(channel, stream).finally(() => {
      if (streams.get(channel) === stream) streams.delete(channel)
      openNext()
    })
  }

  function openNext(): void {
    for (const channel of all()) open(channel)
  }

  async function keep(channel: Channel, stream: { stop: AbortController; open: boolean }) {
    const { signal } = stream.stop
    let waitMs = AGAIN_MS
    while (!signal.aborted) {
      try {
        const onOpen = () => {
          stream.open = true
          waitMs = AGAIN_MS
        }
        const end = await readEventStream({ http, channel, signal, onOpen })
        if (end === 'gap') continue
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof RequestError && FINAL.has(error.code)) return channel.fail(error)
      }
      stream.open = false
      if (signal.aborted) return
      onLost(channel)
      // the socket is back and will carry it
      if (!active) return
      await pause(waitMs * (0.5 + Math.random()), signal).catch(() => undefined)
      waitMs = Math.min(AGAIN_MAX_MS, waitMs * 2)
    }
  }

  return {
    begin() {
      if (active) return openNext()
      if (patience || all().length === 0) return
      patience = setTimeout(() => {
        patience = null
        active = true
        openNext()
      }, PATIENCE_MS)
    },
    pause() {
      if (patience) clearTimeout(patience)
      patience = null
      active = false
    },
    end(channel) {
      streams.get(channel)?.stop.abort()
      streams.delete(channel)
    },
    carries: (channel) => streams.get(channel)?.open ?? false,
    close() {
      if (patience) clearTimeout(patience)
      patience = null
      active = false
      for (const { stop } of streams.values()) stop.abort()
      streams.clear()
    },
  }
}
