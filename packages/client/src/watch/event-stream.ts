/** Server-sent events: one watched job over one HTTP answer, for networks that let no WebSocket through. */
import type { JobEventView, NativeOpen, NativePosition, SsePreview } from '@safelight/shared'
import type { Http } from '../http/request.ts'
import type { SharedWatch } from './shared-watch.ts'
import type { Opening } from './subscriber.ts'
import { createFrameParser, type StreamFrame } from './sse-parser.ts'

export interface ReadStreamOptions {
  http: Http
  watch: SharedWatch
  signal: AbortSignal
  /** The server has answered: what follows is the job. */
  onOpen: () => void
}

/** `ended`: the server closed it, or it broke · `gap`: it must be opened anew from what is held. */
export type StreamEnd = 'ended' | 'gap'

/** No byte for longer than this, and the stream is dead: the server sends a comment every 15 s. */
const SILENCE_MS = 40_000

/** Follows until the stream ends. @throws RequestError when it is refused or cannot be opened */
export async function readEventStream(options: ReadStreamOptions): Promise<StreamEnd> {
  const { http, watch, signal, onOpen } = options
  const { jobId, afterSeq, stamp, previews } = watch.toRequest()
  // the events so far would come without the job they belong to: over this way there is no history
  const after = afterSeq && stamp !== undefined ? `${afterSeq}-${stamp}` : undefined
  const silence = new AbortController()
  const answer = await http.open(`/api/v2/jobs/${encodeURIComponent(jobId)}/events`, {
    query: { format: 'native', previews: previews ? 'true' : 'false' },
    headers: {
      accept: 'text/event-stream',
      ...(after !== undefined && { 'last-event-id': after }),
    },
    signal: AbortSignal.any([signal, silence.signal]),
  })
  if (!answer.body) return 'ended'
  onOpen()
  const parse = createFrameParser()
  const decoder = new TextDecoder()
  const reader = answer.body.getReader()
  let watchdog = setTimeout(() => silence.abort(), SILENCE_MS)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return 'ended'
      clearTimeout(watchdog)
      watchdog = setTimeout(() => silence.abort(), SILENCE_MS)
      for (const frame of parse(decoder.decode(value, { stream: true }))) {
        if (take(frame, watch) === 'gap') return 'gap'
      }
    }
  } catch {
    // broken in the middle: the next stream begins where this one ended
    return 'ended'
  } finally {
    clearTimeout(watchdog)
    await reader.cancel().catch(() => undefined)
  }
}

function take({ event, data }: StreamFrame, watch: SharedWatch): 'gap' | 'folded' {
  // frames of our own API, in the contract's shapes (`nativeEvents` in @safelight/shared)
  const parsed = JSON.parse(data)
  switch (event) {
    case 'snapshot':
      watch.open(parsed as Opening)
      break
    case 'open':
      watch.resume(parsed as NativeOpen)
      break
    case 'resync':
      watch.resync(parsed as Opening)
      break
    case 'event':
      return watch.applyEvent(parsed as JobEventView)
    case 'position':
      watch.setPlace(parsed as NativePosition)
      break
    case 'preview': {
      const { job_id, node_id, content_type, data_base64 } = parsed as SsePreview
      const nodeId = node_id === '' ? null : node_id
      watch.emitPreview({
        jobId: job_id,
        nodeId,
        contentType: content_type,
        data: toBytes(data_base64),
      })
      break
    }
    default:
    // a later server may say more
  }
  return 'folded'
}

function toBytes(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
}
