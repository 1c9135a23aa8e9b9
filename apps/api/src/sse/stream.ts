/**
 * One open event stream: a watcher that writes frames, and never holds more for a slow reader than a bound.
 *
 * While little is unsent, every event is written. Above the bound the stream is `behind`: events and
 * previews are dropped, not kept. When the reader has taken everything, one snapshot tells what was
 * dropped. A reader that takes nothing for two beats is cut off: it comes back with `Last-Event-ID`.
 */
import { type Clock, repeat } from '@safelight/runtime'
import { isTerminal, type Snapshot } from '@safelight/shared'
import type { Response } from 'express'
import { followPosition } from '../feed/follow-position.ts'
import type { Positions } from '../feed/positions.ts'
import type { Watcher } from '../feed/watcher.ts'
import type { ApiTimings } from '../timings.ts'
import type { FrameWriter, JobNow } from './frame-writer.ts'

/** Unsent bytes from which a reader counts as slow. */
const SLOW_BYTES = 256 * 1024
/** Previews are the first to go. */
const PREVIEW_BYTES = 64 * 1024

export type StreamTimings = Pick<ApiTimings, 'keepAliveMs' | 'streamReturnMs' | 'streamMoveMs'>

export interface StreamOptions {
  jobId: string
  response: Response
  frames: FrameWriter
  positions: Positions
  /** The client named the last event it holds: it gets what it missed, and no snapshot if that can be had. */
  resumed: boolean
  clock: Clock
  timings: StreamTimings
  /** Called once, however the stream ends. */
  closed(): void
}

export interface Stream extends Watcher {
  /** The place in the queue now; tells it when it is news. */
  place(position: number | null): void
  /** Ends it because this process stops: clients come back soon, to another one. */
  move(): void
  /** Gives everything up but the response, e.g. when there is no such job. */
  release(): void
}

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-transform',
  // proxies that buffer would turn the stream into one late answer
  'X-Accel-Buffering': 'no',
}

export function createStream(options: StreamOptions): Stream {
  const { jobId, response, frames, positions, clock, timings } = options
  let queuePosition: number | null = null
  let latest: Snapshot | null = null
  let behind = false
  let stuckBeats = 0
  let over = false

  const position = followPosition({ positions, jobId, changed: place })
  const beat = repeat({
    everyMs: timings.keepAliveMs,
    run: async () => keepAlive(),
    onError: () => response.destroy(),
    clock,
  })
  response.on('drain', catchUp)
  response.once('close', release)

  function release(): void {
    if (over) return
    over = true
    void beat.close()
    position.stop()
    response.off('drain', catchUp)
    response.off('close', release)
    options.closed()
  }

  function end(): void {
    if (over) return
    release()
    // an answer that has not begun must not look like a complete, empty one
    if (response.headersSent) response.end()
    else response.destroy()
  }

  /** Not all at the same moment: whoever is left has to take them in. */
  function move(): void {
    const soonMs = Math.round(timings.streamMoveMs * (0.5 + Math.random()))
    if (!over && response.headersSent && !behind) response.write(`retry: ${soonMs}\n\n`)
    end()
  }

  /** The client holds everything: to an EventSource, 204 says not to come back. */
  function endForGood(): void {
    response.writeHead(204)
    end()
  }

  function keepAlive(): void {
    if (!response.headersSent) return
    if (!behind) {
      response.write(': keep-alive\n\n')
      return
    }
    stuckBeats += 1
    if (stuckBeats >= 2) response.destroy()
  }

  /** Writes, unless too much is unsent already; then the snapshot at the next drain speaks for it. */
  function write(toText: () => string): void {
    if (behind || response.writableLength > SLOW_BYTES) behind = true
    else response.write(toText())
  }

  function tell(snapshot: Snapshot, toText: (now: JobNow) => string): void {
    if (over) return
    latest = snapshot
    position.update(snapshot.status)
    write(() => toText(toJobNow(snapshot)))
    if (isTerminal(snapshot.status) && !behind) end()
  }

  function toJobNow(snapshot: Snapshot): JobNow {
    return { snapshot, queuePosition, now: clock.now() }
  }

  function catchUp(): void {
    stuckBeats = 0
    if (!behind || !latest) return
    behind = false
    tell(latest, frames.resync)
  }

  function place(now: number | null): void {
    if (now === queuePosition) return
    queuePosition = now
    const snapshot = latest
    if (snapshot) write(() => frames.position(toJobNow(snapshot)))
  }

  return {
    place,
    open({ snapshot, missed }) {
      if (over) return
      const exact = options.resumed ? missed : null
      if (exact?.length === 0 && isTerminal(snapshot.status)) return endForGood()
      response.writeHead(200, HEADERS)
      response.write(`retry: ${timings.streamReturnMs}\n\n`)
      tell(snapshot, (now) => frames.open(now, exact))
    },
    event(event, snapshot) {
      tell(snapshot, (now) => frames.event(event, now))
    },
    resync(snapshot) {
      tell(snapshot, frames.resync)
    },
    preview(preview) {
      if (over || behind || response.writableLength > PREVIEW_BYTES) return
      response.write(frames.preview(jobId, preview))
    },
    gone: end,
    move,
    release,
  }
}
