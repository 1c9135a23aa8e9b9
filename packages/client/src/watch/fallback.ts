/**
 * Event streams in the socket's place: while it is down, and for longer than a blink, each watched job
 * has a stream of its own. The socket's first answer for a job ends its stream.
 */
import { RequestError } from '../errors.ts'
import type { Http } from '../http/request.ts'
import { pause } from '../http/retry.ts'
import type { SharedWatch } from './shared-watch.ts'
import { readEventStream } from './event-stream.ts'

export interface Fallback {
  /**
   * The socket is down: every watched job gets a stream, unless it comes back within a moment. Also
   * for a job that is first watched while it is down: once streams are in use, one opens at once.
   */
  begin(): void
  /** The socket is up: no new streams. Those that are open stay until each job is live over the socket. */
  pause(): void
  end(watch: SharedWatch): void
  /** Whether the job comes through a stream now. */
  isStreaming(watch: SharedWatch): boolean
  close(): void
}

export interface FallbackOptions {
  http: Http
  all: () => SharedWatch[]
  /** No stream isStreaming it any more, and the socket does not either. */
  onLost: (watch: SharedWatch) => void
}

/** The time a server needs to restart, and a WebSocket to be refused. */
const GRACE_MS = 2_000
/** Browsers give an origin six connections over HTTP/1.1; the page needs some, too. */
const STREAMS_AT_MOST = 4
const RETRY_MS = 500
const RETRY_MAX_MS = 8_000
const FINAL: ReadonlySet<string> = new Set(['not_found', 'unauthorized', 'forbidden'])

export function createFallback({ http, all, onLost }: FallbackOptions): Fallback {
  const streams = new Map<SharedWatch, { stop: AbortController; open: boolean }>()
  let active = false
  let grace: ReturnType<typeof setTimeout> | null = null

  function open(watch: SharedWatch): void {
    if (!active || streams.has(watch) || streams.size >= STREAMS_AT_MOST) return
    const stream = { stop: new AbortController(), open: false }
    streams.set(watch, stream)
    void keepStreaming(watch, stream).finally(() => {
      if (streams.get(watch) === stream) streams.delete(watch)
      openNext()
    })
  }

  function openNext(): void {
    for (const watch of all()) open(watch)
  }

  async function keepStreaming(
    watch: SharedWatch,
    stream: { stop: AbortController; open: boolean },
  ) {
    const { signal } = stream.stop
    let waitMs = RETRY_MS
    while (!signal.aborted) {
      try {
        const onOpen = () => {
          stream.open = true
          waitMs = RETRY_MS
        }
        const end = await readEventStream({ http, watch, signal, onOpen })
        if (end === 'gap') continue
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof RequestError && FINAL.has(error.code)) return watch.fail(error)
      }
      stream.open = false
      if (signal.aborted) return
      onLost(watch)
      // the socket is back and will carry it
      if (!active) return
      await pause(waitMs * (0.5 + Math.random()), signal).catch(() => undefined)
      waitMs = Math.min(RETRY_MAX_MS, waitMs * 2)
    }
  }

  return {
    begin() {
      if (active) return openNext()
      if (grace || all().length === 0) return
      grace = setTimeout(() => {
        grace = null
        active = true
        openNext()
      }, GRACE_MS)
    },
    pause() {
      if (grace) clearTimeout(grace)
      grace = null
      active = false
    },
    end(watch) {
      streams.get(watch)?.stop.abort()
      streams.delete(watch)
    },
    isStreaming: (watch) => streams.get(watch)?.open ?? false,
    close() {
      if (grace) clearTimeout(grace)
      grace = null
      active = false
      for (const { stop } of streams.values()) stop.abort()
      streams.clear()
    },
  }
}
