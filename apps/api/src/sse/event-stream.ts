/**
 * One open event stream: the bounded watcher that writes frames.
 *
 * A reader that takes nothing for two signs of life is cut off: it comes back with `Last-Event-ID`.
 */
import type { Clock } from '@safelight/runtime'
import { isTerminal } from '@safelight/shared'
import type { Response } from 'express'
import type { ApiTimings } from '../timings.ts'
import { type BoundedWatcher, createBoundedWatcher } from '../watch/bounded-watcher.ts'
import type { Delivery } from '../watch/deliveries.ts'
import type { QueuePositions } from '../watch/queue-positions.ts'
import type { Beats } from './beats.ts'
import type { FrameWriter } from './frame-writer.ts'

/** Unsent bytes from which a reader counts as slow. */
const SLOW_BYTES = 256 * 1024
/** Previews are the first to go. */
const PREVIEW_BYTES = 64 * 1024

export type StreamTimings = Pick<ApiTimings, 'streamReturnMs' | 'streamMoveMs'>

export interface EventStreamOptions {
  jobId: string
  response: Response
  frames: FrameWriter
  positions: QueuePositions
  /** The client named the last event it holds: it gets what it missed, and no snapshot if that can be had. */
  resumed: boolean
  /** When to give a sign of life. */
  beats: Beats
  clock: Clock
  timings: StreamTimings
  delivery: Delivery
  /** It got the job as it is, in place of what it asked for or missed. */
  onResync(): void
  /** Called once, however the stream ends. */
  onClosed(): void
}

export interface EventStream extends BoundedWatcher {
  /** Ends it because this process stops: clients come back soon, to another one. */
  endForShutdown(): void
  /** Gives everything up but the response, e.g. when there is no such job. */
  release(): void
}

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-transform',
  // proxies that buffer would turn the stream into one late answer
  'X-Accel-Buffering': 'no',
}

export function createEventStream(options: EventStreamOptions): EventStream {
  const { jobId, response, frames, positions, resumed, clock, timings, delivery } = options
  let unheardKeepAlives = 0
  let closed = false

  const watcher = createBoundedWatcher({
    jobId,
    positions,
    clock,
    transport: {
      isFull: () => response.writableLength > SLOW_BYTES,
      accept({ snapshot }, missed) {
        const holdsAll = resumed && missed?.length === 0
        if (holdsAll && isTerminal(snapshot.status)) return endForGood()
        response.writeHead(200, HEADERS)
        response.write(`retry: ${timings.streamReturnMs}\n\n`)
      },
      begin(now, missed) {
        if (resumed && !missed) options.onResync()
        write(frames.open(now, resumed ? missed : null), missed?.length ?? 0)
      },
      event: (event, now) => write(frames.event(event, now), 1),
      resync(now) {
        options.onResync()
        write(frames.resync(now), 0)
      },
      position: (now) => write(frames.position(now), 0),
      dropped: () => delivery.dropped(),
      preview(preview) {
        if (response.writableLength <= PREVIEW_BYTES) write(frames.preview(jobId, preview), 0)
        else delivery.dropped()
      },
      end,
    },
  })
  const stopKeepingAlive = options.beats.add(keepAlive)
  response.on('drain', onDrain)
  response.once('close', release)

  function write(frame: Buffer | string, events: number): void {
    // in most texts as many as bytes: to count those would be to write it twice
    delivery.sent(events, frame.length)
    response.write(frame)
  }

  function release(): void {
    if (closed) return
    closed = true
    watcher.close()
    stopKeepingAlive()
    response.off('drain', onDrain)
    response.off('close', release)
    options.onClosed()
  }

  function end(): void {
    if (closed) return
    release()
    // an answer that has not begun must not look like a complete, empty one
    if (response.headersSent) response.end()
    else response.destroy()
  }

  /** The client holds everything: to an EventSource, 204 says not to come back. */
  function endForGood(): void {
    response.writeHead(204)
    end()
  }

  function onDrain(): void {
    unheardKeepAlives = 0
    watcher.onDrained()
  }

  function keepAlive(): void {
    if (!response.headersSent) return
    if (!watcher.isBehind) {
      response.write(': keep-alive\n\n')
      return
    }
    unheardKeepAlives += 1
    if (unheardKeepAlives >= 2) response.destroy()
  }

  // the watcher has a getter, which a copy by `...` would freeze
  return Object.assign(watcher, {
    endForShutdown() {
      // not all at the same moment: whoever is left has to take them in
      const returnMs = Math.round(timings.streamMoveMs * (0.5 + Math.random()))
      if (!closed && response.headersSent && !watcher.isBehind) {
        response.write(`retry: ${returnMs}\n\n`)
      }
      end()
    },
    release,
  })
}
