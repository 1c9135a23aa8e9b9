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
import { type FrameWriter, toSseFrame, toPreviewFrame } from './frame-writer.ts'

export function createNativeFrames(links: Links): FrameWriter {
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
    event: toEventFrame,
    resync: (now) => toSnapshotFrame('resync', now),
    position({ snapshot, queuePosition, etaMs }) {
      const data: NativePosition = { jobId: snapshot.jobId, queuePosition, etaMs }
      return toSseFrame('position', data)
    },
    preview: toPreviewFrame,
  }
}

function toOpen({ queuePosition, etaMs, now }: JobNow): NativeOpen {
  return { queuePosition, etaMs, now }
}
