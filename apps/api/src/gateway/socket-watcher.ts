/** One job watched by one socket: Socket.IO's side of a bounded watcher. */
import type { Clock } from '@safelight/runtime'
import type { JobEvent, WatchAck } from '@safelight/shared'
import type { Links } from '../http/links.ts'
import { toEventView, toSnapshotView } from '../jobs/view.ts'
import { type BoundedWatcher, createBoundedWatcher, type JobNow } from '../watch/bounded-watcher.ts'
import type { Delivery } from '../watch/deliveries.ts'
import type { QueuePositions } from '../watch/queue-positions.ts'
import type { Once } from '../watch/once.ts'
import type { Outbox } from './outbox.ts'
import { type Packet, toPacket, toPreviewPacket } from './packet.ts'

export interface SocketWatcherOptions {
  jobId: string
  outbox: Outbox
  /** Shared by all sockets. */
  once: Once<Packet>
  links: Links
  positions: QueuePositions
  clock: Clock
  /** Sent before anything else. */
  acknowledge(answer: WatchAck): void
  delivery: Delivery
  /** It got the job as it is, in place of what it asked for or missed. */
  onResync(): void
  /** The client has been sent the end of the job. */
  onEnd(): void
}

export function createSocketWatcher(options: SocketWatcherOptions): BoundedWatcher {
  const { jobId, outbox, once, links, positions, clock } = options
  let sentPosition: number | null = null

  function sendPosition({ queuePosition, etaMs }: JobNow): void {
    sentPosition = queuePosition
    outbox.push(jobId, toPacket('position', { jobId, queuePosition, etaMs }))
  }

  function resync(now: JobNow): void {
    const { snapshot } = now
    options.onResync()
    const write = () => toPacket('resync', toSnapshotView(snapshot, links))
    outbox.push(jobId, once(snapshot, links.base, write))
    // a snapshot says nothing of the queue
    if (now.queuePosition !== null && now.queuePosition !== sentPosition) sendPosition(now)
  }

  function sendEvent(event: JobEvent): void {
    options.delivery.sent(1, 0)
    // only the addresses of outputs differ from client to client
    const form = event.type === 'output' ? links.base : ''
    outbox.push(
      jobId,
      once(event, form, () => toPacket('event', toEventView(event, links))),
    )
  }

  return createBoundedWatcher({
    jobId,
    positions,
    clock,
    transport: {
      isFull: () => outbox.isFull,
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
        for (const event of missed) sendEvent(event)
      },
      event: sendEvent,
      resync,
      dropped: () => options.delivery.dropped(),
      position: sendPosition,
      preview(preview) {
        // dropped, not queued, while anything else is on its way
        outbox.offer(jobId, () => once(preview, '', () => toPreviewPacket(jobId, preview)))
      },
      end: () => options.onEnd(),
    },
  })
}
