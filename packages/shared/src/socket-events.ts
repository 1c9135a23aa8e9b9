/** The Socket.IO face: what a client may say and what it hears. Payloads carry outputs with urls added (`OutputView`). */
import { z } from 'zod'
import type { JobEventOf } from './events.ts'
import type { Output } from './output.ts'
import type { SnapshotOf } from './snapshot.ts'

export const watchRequestSchema = z.object({
  jobId: z.string().min(1).max(128),
  /** Last `seq` the client holds: the events after it follow the acknowledgement. */
  afterSeq: z.int().nonnegative().optional(),
  /** `stamp` that belongs to it. With it, a client whose history Redis lost is told, by a `resync`. */
  stamp: z.string().min(1).max(64).optional(),
  /** Also send preview images (volatile, latest wins). */
  previews: z.boolean().optional(),
})
export type WatchRequest = z.infer<typeof watchRequestSchema>
export const unwatchRequestSchema = z.object({ jobId: z.string().min(1).max(128) })
export type UnwatchRequest = z.infer<typeof unwatchRequestSchema>

/** An output as a client sees it: the record plus where to fetch it. */
export type OutputView = Omit<Output, 'expires_at'> & {
  url: string
  url_expires_at: string
  job_id: string
}
export type SnapshotView = SnapshotOf<OutputView>
export type JobEventView = JobEventOf<OutputView>

export type WatchAck =
  | {
      ok: true
      snapshot: SnapshotView
      queuePosition: number | null
      /** Expected ms until a queued job has ended; null when it is not queued, or nobody can say. */
      etaMs: number | null
      /** The server's clock, ms since the epoch: `snapshot.updatedAt` is measured by it. */
      now: number
    }
  | { ok: false; error: { code: string; message: string } }

/** A preview frame; `data` is the encoded image. Sent only to watchers that asked, never queued. */
export type PreviewFrame = {
  jobId: string
  nodeId: string | null
  contentType: string
  data: Uint8Array
}

export interface ClientToServerEvents {
  watch: (request: WatchRequest, ack: (answer: WatchAck) => void) => void
  unwatch: (request: UnwatchRequest, ack?: (answer: { ok: boolean }) => void) => void
}

export interface ServerToClientEvents {
  /** One job event; `seq` is one more than the last one heard, or a `resync` comes first. */
  event: (event: JobEventView) => void
  preview: (frame: PreviewFrame) => void
  /** The stream has a hole (trimmed, slow client): this snapshot replaces what the client holds. */
  resync: (snapshot: SnapshotView) => void
  /** Jobs ahead of a queued job changed, or when it should be done. A hint, not an event: no `seq`. */
  position: (position: {
    jobId: string
    queuePosition: number | null
    etaMs: number | null
  }) => void
}
