/** Server-sent frames of a job: the contract's payloads, as text. */
import { assertNever } from '@safelight/shared'
import {
  isTerminal,
  type JobEvent,
  type Snapshot,
  type SseOutput,
  type SsePreview,
  type SseProgress,
  type SseStatus,
} from '@safelight/shared'
import type { Preview } from '@safelight/shared/server'
import type { Links } from '../http/links.ts'
import { toOutputView } from '../jobs/view.ts'
import { toEventId } from './event-id.ts'

export interface FrameContext {
  links: Links
  queuePosition: number | null
}

/** @param id a client sends the last one back as `Last-Event-ID` */
export function toFrame(event: string, data: unknown, id?: string): string {
  const head = id === undefined ? '' : `id: ${id}\n`
  return `${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

/**
 * Everything a client must know, as frames. Only the last one carries the id: a client cut off in
 * between starts over instead of missing the rest.
 */
export function toSnapshotFrames(snapshot: Snapshot, context: FrameContext): string {
  const { seq, stamp, jobId, outputs, progress } = snapshot
  if (isTerminal(snapshot.status)) return toStatusFrame(snapshot, context)
  const frames: [string, unknown][] = [['status', toStatus(snapshot, context)]]
  for (const output of outputs) {
    const view: SseOutput = { ...toOutputView(output, snapshot.jobId, context.links), seq, stamp }
    frames.push(['output', view])
  }
  if (progress) {
    const view: SseProgress = { ...progress, job_id: jobId, seq, stamp }
    frames.push(['progress', view])
  }
  return frames
    .map(([event, data], at) =>
      toFrame(event, data, at === frames.length - 1 ? toEventId(snapshot) : undefined),
    )
    .join('')
}

export function toEventFrame(event: JobEvent, snapshot: Snapshot, context: FrameContext): string {
  const { jobId, seq, stamp } = event
  const id = toEventId(event)
  switch (event.type) {
    case 'progress': {
      const view: SseProgress = { ...event.progress, job_id: jobId, seq, stamp }
      return toFrame('progress', view, id)
    }
    case 'output': {
      const view: SseOutput = {
        ...toOutputView(event.output, event.jobId, context.links),
        seq,
        stamp,
      }
      return toFrame('output', view, id)
    }
    case 'status': {
      // nothing follows the end, so the snapshot is exactly the job at this event
      if (isTerminal(event.status)) return toStatusFrame(snapshot, context)
      const { status, phase } = event
      const attempt = event.attempt ?? snapshot.attempt
      return toFrame(
        'status',
        toStatus({ ...snapshot, seq, stamp, status, phase, attempt }, context),
        id,
      )
    }
    default:
      return assertNever(event)
  }
}

/** A new place in the queue: no event of the job, so no id. */
export function toPositionFrame(snapshot: Snapshot, context: FrameContext): string {
  return toFrame('status', toStatus(snapshot, context))
}

export function toPreviewFrame(jobId: string, frame: Preview): string {
  const view: SsePreview = {
    job_id: jobId,
    node_id: frame.nodeId ?? '',
    content_type: frame.contentType,
    data_base64: Buffer.from(frame.data).toString('base64'),
  }
  return toFrame('preview', view)
}

function toStatusFrame(snapshot: Snapshot, context: FrameContext): string {
  return toFrame('status', toStatus(snapshot, context), toEventId(snapshot))
}

function toStatus(snapshot: Snapshot, { links, queuePosition }: FrameContext): SseStatus {
  const { jobId, seq, stamp, status, phase, attempt, error } = snapshot
  const ended = isTerminal(status) && {
    outputs: snapshot.outputs.map((output) => toOutputView(output, snapshot.jobId, links)),
    error,
  }
  const queue_position = status === 'queued' ? queuePosition : null
  return { status, queue_position, phase, attempt, job_id: jobId, seq, stamp, ...ended }
}
