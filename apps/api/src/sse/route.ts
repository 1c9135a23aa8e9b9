/** GET /api/v2/jobs/{id}/events: the job as server-sent events, resumable by `Last-Event-ID`. */
import type { ApiEvents, Clock, Emit } from '@safelight/runtime'
import type { Request, Response } from 'express'
import { z } from 'zod'
import type { ClientLimits } from '../http/client-limits.ts'
import { type RequestDeadline, withDeadline } from '../http/deadline.ts'
import { defineRoute } from '../http/route.ts'
import { jobParams } from '../jobs/job-id.ts'
import { toApiError } from '../http/envelope.ts'
import { note } from '../http/request-log.ts'
import { noSuchJob } from '../jobs/read.ts'
import type { ApiTimings } from '../timings.ts'
import type { Delivery } from '../watch/deliveries.ts'
import type { JobWatches } from '../watch/job-watches.ts'
import type { QueuePositions } from '../watch/queue-positions.ts'
import { createOnce } from '../watch/once.ts'
import type { LastEvent, Watch } from '../watch/watcher.ts'
import { toLastEvent } from './event-id.ts'
import { type Beats, createBeats } from './beats.ts'
import { createEventStream, type StreamTimings } from './event-stream.ts'
import type { FrameWriter } from './frame-writer.ts'
import { createNativeFrames } from './frames-native.ts'
import { createV2Frames } from './frames-v2.ts'

export interface EventsDeps {
  watches: Pick<JobWatches, 'subscribe'>
  positions: QueuePositions
  limits: ClientLimits
  emit: Emit<ApiEvents>
  delivery: Delivery
  exists: (jobId: string) => Promise<boolean>
  /** Streams open now, for the end of the process. */
  streams: Set<{ endForShutdown(): void }>
  clock: Clock
  timings: StreamTimings & Pick<ApiTimings, 'keepAliveMs'>
  /** How long it may take until the stream is open. */
  deadline: RequestDeadline
}

const headers = z.object({
  'Last-Event-ID': z
    .string()
    .optional()
    .transform(toLastEvent)
    .meta({ description: 'Id of the last frame received: the missed events follow, exactly.' }),
})
const query = z.strictObject({
  previews: z.enum(['true', 'false']).default('true').meta({
    description: 'Whether to send `preview` events.',
  }),
  format: z.enum(['v2', 'native']).default('v2').meta({
    description:
      'The payloads of the stream: Comfy API v2’s, or (`native`) those of Socket.IO, which carry all that is known and are folded with the same reducer.',
  }),
  after: z.string().optional().transform(toLastEvent).meta({
    description: 'As `Last-Event-ID`, for a client that cannot set headers. The header wins.',
  }),
})

const FORMATS = { v2: createV2Frames, native: createNativeFrames }

export function eventsRoute(deps: EventsDeps) {
  const shared = createOnce<Buffer>()
  const beats = createBeats({ everyMs: deps.timings.keepAliveMs, clock: deps.clock })
  return defineRoute({
    method: 'get',
    path: '/api/v2/jobs/{id}/events',
    operationId: 'getJobEvents',
    tag: 'jobs',
    summary: 'Live event stream (SSE)',
    description:
      'First the job as it is (`status`, `output` per output so far, `progress`, last `preview`), then every later event once, in order. Each transition is one `status`; a change within one (the phase, a warning) is `phase`, with the same payload. The terminal `status` carries `outputs` and `error` and ends the stream, also that of a job that has ended: its outputs and last progress come before it. Frames carry `id: <seq>`; a client that sends it back as `Last-Event-ID` gets exactly what it missed, or the job as it is when that is no longer kept. One that sends `<seq>-<stamp>` (both are in the data of every frame) also gets the job as it is when Redis has lost what it saw. 204: the job has ended and the client holds everything. With `format=native` the stream begins with `snapshot` (`{snapshot, queuePosition, etaMs, now}`), or with `open` (`{queuePosition, etaMs, now}`) when exactly what was missed follows; then come `event` (one job event each), `position`, `preview`, and `resync` (as `snapshot`) whenever events could not be sent one by one.',
    request: { params: jobParams, query, headers },
    success: {
      status: 200,
      description:
        'Events `status`, `phase`, `progress`, `output`, `preview`; natively `snapshot`, `open`, `event`, `resync`, `position`, `preview`.',
      contentType: 'text/event-stream',
    },
    alsoAnswers: { 204: 'The job has ended and `Last-Event-ID` was its last event.' },
    errors: [
      'unauthorized',
      'not_found',
      'too_many_streams',
      'invalid_request',
      'upstream_error',
      'unavailable',
    ],
    async handle({ params, query, headers, links, request }) {
      if (request.method === 'HEAD') {
        if (!(await deps.exists(params.id))) throw noSuchJob()
        return { send: (response) => void response.type('text/event-stream').end() }
      }
      const after = headers['Last-Event-ID'] ?? query.after
      const previews = query.previews === 'true'
      const frames = FORMATS[query.format](links, shared)
      const asked = { jobId: params.id, after, previews, frames, beats, request }
      return { send: (response) => serveEvents(deps, asked, response) }
    },
  })
}

interface Asked {
  jobId: string
  after: LastEvent | undefined
  previews: boolean
  frames: FrameWriter
  beats: Beats
  request: Request
}

async function serveEvents(deps: EventsDeps, asked: Asked, response: Response): Promise<void> {
  if (response.destroyed) return
  note(response, { isHeld: true })
  const { jobId, after, frames } = asked
  const { emit } = deps
  const refused = (error: unknown) => {
    const { code, status } = toApiError(error)
    emit('watch:refused', { transport: 'sse', code, status })
    return error
  }
  const countOut = admit()
  let isOpen = false
  let watch: Watch | null = null
  let closed = false
  const stream = createEventStream({
    jobId,
    response,
    frames,
    positions: deps.positions,
    resumed: after !== undefined,
    beats: asked.beats,
    clock: deps.clock,
    timings: deps.timings,
    delivery: deps.delivery,
    onResync: () => emit('watch:resynced', { transport: 'sse' }),
    onClosed() {
      closed = true
      if (isOpen) emit('watch:closed', { transport: 'sse' })
      countOut()
      deps.streams.delete(stream)
      watch?.close()
    },
  })
  deps.streams.add(stream)

  function admit(): () => void {
    try {
      return deps.limits.admit(asked.request.ip ?? 'unknown')
    } catch (error) {
      throw refused(error)
    }
  }

  async function begin(): Promise<boolean> {
    stream.setPlace(await deps.positions.read(jobId))
    watch = await deps.watches.subscribe({
      jobId,
      watcher: stream,
      after,
      previews: asked.previews,
    })
    if (watch && !closed) {
      isOpen = true
      emit('watch:opened', { transport: 'sse', resumed: after !== undefined })
    }
    // the end of the job, the client's going or our deadline may have come first
    if (closed) watch?.close()
    return watch !== null
  }

  try {
    if (!(await withDeadline(begin(), deps.deadline))) throw noSuchJob()
  } catch (error) {
    stream.release()
    throw refused(error)
  }
}
