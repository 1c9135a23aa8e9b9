/** `format=native`: what Socket.IO sends of the job, as frames, so that a client folds both alike. */
import type {
  JobEvent,
  NativeEvent,
  NativeOpen,
  NativePosition,
  NativeSnapshot,
} from '@safelight/shared'
import type { Links } from '../http/links.ts'
import { toEventView, toSnapshotView } from '../jobs/view.ts'
import { toEventId } from './event-id.ts'
import type { JobNow } from '../watch/bounded-watcher.ts'
import { type FrameWriter, type SharedFrames, toSseFrame, toPreviewFrame } from './frame-writer.ts'

export function createNativeFrames(links: Links, shared: SharedFrames): FrameWriter {
  function toSnapshotFrame(event: 'snapshot' | 'resync', now: JobNow): string {
    const data: NativeSnapshot = { snapshot: toSnapshotView(now.snapshot, links), ...toOpen(now) }
    return toSseFrame(event, data, toEventId(now.snapshot))
  }

  function toEventFrame(event: JobEvent): string {
    const data: NativeEvent = toEventView(event, links)
    return toSseFrame('event', data, toEventId(event))
  }

  return {
    open: (now, missed) =>
      missed
        ? [toSseFrame('open', toOpen(now)), ...missed.map(toEventFrame)].join('')
        : toSnapshotFrame('snapshot', now),
    event(event) {
      // only the addresses of outputs differ from client to client
      const form = `native ${event.type === 'output' ? links.base : ''}`
      return shared(event, form, () => Buffer.from(toEventFrame(event)))
    },
    resync: (now) => toSnapshotFrame('resync', now),
    position({ snapshot, queuePosition, etaMs }) {
      const data: NativePosition = { jobId: snapshot.jobId, queuePosition, etaMs }
      return toSseFrame('position', data)
    },
    preview: (jobId, preview) => toPreviewFrame(shared, { jobId, preview }),
  }
}

function toOpen({ queuePosition, etaMs, now }: JobNow): NativeOpen {
  return { queuePosition, etaMs, now }
}
