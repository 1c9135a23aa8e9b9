/** The text of an event stream: one writer of frames per `format`. */
import type { JobEvent, SsePreview } from '@safelight/shared'
import type { Preview } from '@safelight/store'
import type { JobNow } from '../watch/bounded-watcher.ts'
import type { Once } from '../watch/once.ts'

/** Frames that many streams are sent alike; as bytes, which none of them has to encode again. */
export type SharedFrames = Once<Buffer>

export interface FrameWriter {
  /**
   * The first of all frames.
   * @param missed exactly what a returning client does not hold; null: it needs the job as it is
   */
  open: (now: JobNow, missed: readonly JobEvent[] | null) => string
  event: (event: JobEvent, now: JobNow) => Buffer | string
  /** The job as it is, in place of whatever the client holds. */
  resync: (now: JobNow) => string
  /** A new position in the queue: no event of the job, so no id. */
  position: (now: JobNow) => string
  preview: (jobId: string, preview: Preview) => Buffer
}

/** @param id a client sends the last one back as `Last-Event-ID` */
export function toSseFrame(event: string, data: unknown, id?: string): string {
  const head = id === undefined ? '' : `id: ${id}\n`
  return `${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

/** The same in every format: pictures in text are a matter of the transport. */
export function toPreviewFrame(
  shared: SharedFrames,
  { jobId, preview }: { jobId: string; preview: Preview },
): Buffer {
  return shared(preview, 'preview', () => Buffer.from(writePreview(jobId, preview)))
}

function writePreview(jobId: string, preview: Preview): string {
  const view: SsePreview = {
    job_id: jobId,
    node_id: preview.nodeId ?? '',
    content_type: preview.contentType,
    data_base64: Buffer.from(preview.data).toString('base64'),
  }
  return toSseFrame('preview', view)
}
