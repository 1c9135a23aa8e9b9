/** One job watched by one socket: Socket.IO's side of a bounded watcher. */
import type { Clock } from '@safelight/runtime'
import type { WatchAck } from '@safelight/shared'
import type { Links } from '../http/links.ts'
import { toEventView, toSnapshotView } from '../jobs/view.ts'
import { type BoundedWatcher, createBoundedWatcher, type JobNow } from '../watch/bounded-watcher.ts'
import type { QueuePositions } from '../watch/queue-positions.ts'
import { countQueuedPackets, type GatewaySocket } from './sockets.ts'

/** Queued packets from which a client counts as slow: Socket.IO itself queues whatever is emitted. */
const SLOW_PACKETS = 256

export interface SocketWatcherOptions {
  jobId: string
  socket: GatewaySocket
  links: Links
  positions: QueuePositions
  clock: Clock
  /** Sent before anything else. */
  acknowledge(answer: WatchAck): void
  /** The client has been sent the end of the job. */
  onEnd(): void
}

export function createSocketWatcher(options: SocketWatcherOptions): BoundedWatcher {
  const { jobId, socket, links, positions, clock } = options
  let sentPosition: number | null = null

  function sendPosition({ queuePosition, etaMs }: JobNow): void {
    sentPosition = queuePosition
    socket.emit('position', { jobId, queuePosition, etaMs })
  }

  function resync(now: JobNow): void {
    socket.emit('resync', toSnapshotView(now.snapshot, links))
    // a snapshot says nothing of the queue
    if (now.queuePosition !== null && now.queuePosition !== sentPosition) sendPosition(now)
  }

  return createBoundedWatcher({
    jobId,
    positions,
    clock,
    transport: {
      isFull: () => countQueuedPackets(socket) > SLOW_PACKETS,
      accept({ snapshot, queuePosition, etaMs, now }) {
        sentPosition = queuePosition
        options.acknowledge({
          ok: true,
          snapshot: toSnapshotView(snapshot, links),
          queuePosition,
          etaMs,
          now,
        })
      },
      begin(now, missed) {
        // the events the client asked for cannot be had: what it was just acknowledged replaces all
        if (!missed) return resync(now)
        for (const event of missed) socket.emit('event', toEventView(event, links))
      },
      event: (event) => void socket.emit('event', toEventView(event, links)),
      resync,
      position: sendPosition,
      preview({ nodeId, contentType, data }) {
        // volatile: dropped, not queued, while anything else is on its way
        socket.volatile.emit('preview', { jobId, nodeId, contentType, data })
      },
      end: () => options.onEnd(),
    },
  })
}
