/**
 * `format=v2`: the contract's payloads, as frames.
 *
 * A `status` tells a transition, once. What else moves in a job of that status (its phase, a warning) is told as `phase`,
 * which the contract does not know and its clients pass over: no number is missing in the stream.
 */
import { assertNever } from '@safelight/shared'
import {
  isTerminal,
  type JobEvent,
  type JobStatus,
  type Snapshot,
  type SseOutput,
  type SseProgress,
  type SseStatus,
} from '@safelight/shared'
import type { Links } from '../http/links.ts'
import { toOutputView } from '../jobs/view.ts'
import { toEventId } from './event-id.ts'
import type { JobNow } from '../watch/bounded-watcher.ts'
import { type FrameWriter, type SharedFrames, toSseFrame, toPreviewFrame } from './frame-writer.ts'

export function createV2Frames(links: Links, shared: SharedFrames): FrameWriter {
  /** The status this client was told last; null when only it knows. */
  let told: JobStatus | null = null

  /**
   * Everything a client must know. Only the last frame carries the id: a client cut off in between
   * starts over instead of missing the rest. The end comes last: clients stop listening there.
   */
  function toSnapshotFrames(now: JobNow): string {
    const { seq, stamp, jobId, outputs, progress, status } = now.snapshot
    const hasEnded = isTerminal(status)
    const frames: [string, unknown][] = []
    told = status
    if (!hasEnded) frames.push(['status', toStatus(now)])
    for (const output of outputs) {
      const view: SseOutput = { ...toOutputView(output, jobId, links), seq, stamp }
      frames.push(['output', view])
    }
    if (progress) {
      const view: SseProgress = { ...progress, job_id: jobId, seq, stamp }
      frames.push(['progress', view])
    }
    if (hasEnded) frames.push(['status', toStatus(now)])
    return frames
      .map(([event, data], at) =>
        toSseFrame(event, data, at === frames.length - 1 ? toEventId(now.snapshot) : undefined),
      )
      .join('')
  }

  function toEventFrame(event: JobEvent, now: JobNow): string {
    const { jobId, seq, stamp } = event
    const id = toEventId(event)
    switch (event.type) {
      case 'progress': {
        const view: SseProgress = { ...event.progress, job_id: jobId, seq, stamp }
        return toSseFrame('progress', view, id)
      }
      case 'output': {
        const view: SseOutput = { ...toOutputView(event.output, jobId, links), seq, stamp }
        return toSseFrame('output', view, id)
      }
      case 'status': {
        // nothing follows the end, so the snapshot is exactly the job at this event
        if (isTerminal(event.status)) return toSseFrame('status', toStatus(now), id)
        const { status, phase } = event
        const name = status === told ? 'phase' : 'status'
        told = status
        const attempt = event.attempt ?? now.snapshot.attempt
        const snapshot: Snapshot = { ...now.snapshot, seq, stamp, status, phase, attempt }
        return toSseFrame(name, toStatus({ ...now, snapshot }), id)
      }
      default:
        return assertNever(event)
    }
  }

  function toStatus({ snapshot, queuePosition, etaMs }: JobNow): SseStatus {
    const { jobId, seq, stamp, status, phase, attempt, error } = snapshot
    const ended = isTerminal(status) && {
      outputs: snapshot.outputs.map((output) => toOutputView(output, jobId, links)),
      error,
    }
    // of an event of the past, it is what is known now
    const isQueued = status === 'queued'
    const queue_position = isQueued ? queuePosition : null
    const eta_ms = isQueued ? etaMs : null
    return { status, queue_position, eta_ms, phase, attempt, job_id: jobId, seq, stamp, ...ended }
  }

  function toSharedFrame(event: JobEvent, now: JobNow): Buffer | string {
    // how it is called depends on what this client was told, and a place in the queue is told as known now
    if (event.type === 'status' && !isTerminal(event.status)) return toEventFrame(event, now)
    const form = `v2 ${event.type === 'progress' ? '' : links.base}`
    return shared(event, form, () => Buffer.from(toEventFrame(event, now)))
  }

  return {
    open: (now, missed) =>
      missed ? missed.map((event) => toEventFrame(event, now)).join('') : toSnapshotFrames(now),
    event: toSharedFrame,
    resync: toSnapshotFrames,
    position: (now) => toSseFrame('status', toStatus(now)),
    preview: (jobId, preview) => toPreviewFrame(shared, { jobId, preview }),
  }
}
