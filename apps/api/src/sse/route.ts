/** GET /api/v2/jobs/{id}/events: the job as server-sent events, resumable by `Last-Event-ID`. */
import type { Request, Response } from 'express'
import { z } from 'zod'
import type { Feed, Watch } from '../feed/feed.ts'
import type { Positions } from '../feed/positions.ts'
import type { Position } from '../feed/watcher.ts'
import { withDeadline } from '../http/deadline.ts'
import type { Links } from '../http/links.ts'
import { defineRoute } from '../http/route.ts'
import { jobParams } from '../jobs/job-id.ts'
import { noSuchJob } from '../jobs/read.ts'
import type { Slots } from './slots.ts'
import { createStream, type Stream } from './stream.ts'
import { toPosition } from './event-id.ts'

export interface EventsDeps {
  feed: Pick<Feed, 'watch'>
  positions: Positions
  slots: Slots
  /** Streams open now, for the end of the process. */
  streams: Set<Stream>
  keepAliveMs: number
  /** How long it may take until the stream is open. */
  deadlineMs: number
}

const headers = z.object({
  'Last-Event-ID': z
    .string()
    .optional()
    .transform(toPosition)
    .meta({ description: 'Id of the last frame received: the missed events follow, exactly.' }),
})
const query = z.strictObject({
  previews: z.enum(['true', 'false']).default('true').meta({
    description: 'Whether to send `preview` events.',
  }),
})

export function eventsRoute(deps: EventsDeps) {
  return defineRoute({
    method: 'get',
    path: '/api/v2/jobs/{id}/events',
    operationId: 'getJobEvents',
    tag: 'jobs',
    summary: 'Live event stream (SSE)',
    description:
      'First the job as it is (`status`, `output` per output so far, `progress`, last `preview`), then every later event once, in order. The terminal `status` carries `outputs` and `error` and ends the stream. Frames carry `id: <seq>`; a client that sends it back as `Last-Event-ID` gets exactly what it missed, or the job as it is when that is no longer kept. One that sends `<seq>-<stamp>` (both are in the data of every frame) also gets the job as it is when Redis has lost what it saw. 204: the job has ended and the client holds everything.',
    request: { params: jobParams, query, headers },
    success: {
      status: 200,
      description: 'Events `status`, `progress`, `output`, `preview`.',
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
    handle({ params, query, headers, links, request }) {
      const after = headers['Last-Event-ID']
      const previews = query.previews === 'true'
      const asked = { jobId: params.id, after, previews, links, request }
      return { send: (response) => serveEvents(deps, asked, response) }
    },
  })
}

interface Asked {
  jobId: string
  after: Position | undefined
  previews: boolean
  links: Links
  request: Request
}

async function serveEvents(deps: EventsDeps, asked: Asked, response: Response): Promise<void> {
  if (asked.request.method === 'HEAD') {
    response.type('text/event-stream').end()
    return
  }
  if (response.destroyed) return
  const { jobId, after, links } = asked
  const giveBack = deps.slots.take(asked.request.ip ?? 'unknown')
  let watch: Watch | null = null
  let closed = false
  const stream = createStream({
    jobId,
    response,
    links,
    positions: deps.positions,
    resumed: after !== undefined,
    keepAliveMs: deps.keepAliveMs,
    closed() {
      closed = true
      giveBack()
      deps.streams.delete(stream)
      watch?.close()
    },
  })
  deps.streams.add(stream)

  async function begin(): Promise<boolean> {
    stream.place(await deps.positions.read(jobId))
    watch = await deps.feed.watch({ jobId, watcher: stream, after, previews: asked.previews })
    // the end of the job, the client's going or our deadline may have come first
    if (closed) watch?.close()
    return watch !== null
  }

  try {
    if (!(await withDeadline(begin(), deps.deadlineMs))) throw noSuchJob()
  } catch (error) {
    stream.release()
    throw error
  }
}
