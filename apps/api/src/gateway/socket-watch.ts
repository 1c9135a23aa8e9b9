/**
 * One job followed by one socket: a watcher that emits, and never queues without bound for a slow client.
 *
 * Socket.IO queues whatever is emitted. Above a soft limit of queued packets the watch is `behind`:
 * events are withheld, and when the queue has drained one `resync` snapshot tells them all, the end of
 * the job included. Previews and positions are only ever sent to clients that keep up.
 */
import type { Clock } from '@safelight/runtime'
import { isTerminal, type Snapshot, type WatchAck } from '@safelight/shared'
import { followPosition } from '../feed/follow-position.ts'
import type { Positions } from '../feed/positions.ts'
import type { Watcher } from '../feed/watcher.ts'
import type { Links } from '../http/links.ts'
import { toEventView, toSnapshotView } from '../jobs/view.ts'
import { countQueuedPackets } from './queued-packets.ts'
import type { GatewaySocket } from './types.ts'

/** Queued packets from which a client counts as slow. */
const SLOW_PACKETS = 256

export interface SocketWatchOptions {
  jobId: string
  socket: GatewaySocket
  links: Links
  positions: Positions
  clock: Clock
  /** Sent before anything else. */
  acknowledge(answer: WatchAck): void
  /** The job has ended and the client has been told. */
  ended(): void
}

export interface SocketWatch extends Watcher {
  /** The place in the queue now; tells it when it is news. */
  place(position: number | null): void
  /** The client's queue is empty again. */
  drained(): void
  close(): void
}

export function createSocketWatch(options: SocketWatchOptions): SocketWatch {
  const { jobId, socket, links, positions } = options
  let queuePosition: number | null = null
  let latest: Snapshot | null = null
  let behind = false
  let closed = false

  const position = followPosition({ positions, jobId, changed: place })

  function place(now: number | null): void {
    if (now === queuePosition || isSlow()) return
    queuePosition = now
    // before the acknowledgement there is nobody to tell: it will carry the place
    if (latest) socket.emit('position', { jobId, queuePosition })
  }

  function isSlow(): boolean {
    return behind || countQueuedPackets(socket) > SLOW_PACKETS
  }

  function tell(snapshot: Snapshot, emit: () => void): void {
    if (closed) return
    latest = snapshot
    position.update(snapshot.status)
    if (isSlow()) {
      behind = true
      return
    }
    emit()
    if (isTerminal(snapshot.status)) options.ended()
  }

  function resync(snapshot: Snapshot): void {
    tell(snapshot, () => socket.emit('resync', toSnapshotView(snapshot, links)))
  }

  return {
    place,
    open({ snapshot, missed }) {
      if (closed) return
      options.acknowledge({
        ok: true,
        snapshot: toSnapshotView(snapshot, links),
        queuePosition: snapshot.status === 'queued' ? queuePosition : null,
        now: options.clock.now(),
      })
      // the events the client asked for cannot be had: what it was just acknowledged replaces all
      if (!missed) return resync(snapshot)
      tell(snapshot, () => {
        for (const event of missed) socket.emit('event', toEventView(event, links))
      })
    },
    event(event, snapshot) {
      tell(snapshot, () => socket.emit('event', toEventView(event, links)))
    },
    resync,
    preview({ nodeId, contentType, data }) {
      if (closed || behind) return
      // volatile: dropped, not queued, while anything else is on its way
      socket.volatile.emit('preview', { jobId, nodeId, contentType, data })
    },
    gone() {
      options.ended()
    },
    drained() {
      if (!behind || !latest) return
      behind = false
      resync(latest)
    },
    close() {
      closed = true
      position.stop()
    },
  }
}
