/** A Socket.IO client that folds what it hears with the shared reducer, as every real client does. */
import {
  type ClientToServerEvents,
  type JobEventView,
  type PreviewFrame,
  reduceJob,
  type ServerToClientEvents,
  type SnapshotView,
  type WatchAck,
  type WatchRequest,
} from '@safelight/shared'
import { io, type Socket } from 'socket.io-client'
import { afterEach } from 'vitest'

export type ClientSocket = Socket<ServerToClientEvents, ClientToServerEvents>

/** Call at the top of a test file: sockets opened with what it returns are closed after each test. */
export function trackSockets() {
  const sockets: ClientSocket[] = []
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect()
  })
  return function open(url: string, options: Parameters<typeof io>[1] = {}): ClientSocket {
    const socket = connect(url, options)
    sockets.push(socket)
    return socket
  }
}

function connect(url: string, options: Parameters<typeof io>[1]): ClientSocket {
  return io(url, { transports: ['websocket'], forceNew: true, ...options })
}

export function watch(socket: ClientSocket, request: WatchRequest): Promise<WatchAck> {
  return socket.timeout(5_000).emitWithAck('watch', request)
}

/** Everything one client hears of one job. */
export interface Heard {
  ack: WatchAck | null
  events: JobEventView[]
  resyncs: SnapshotView[]
  previews: PreviewFrame[]
  positions: (number | null)[]
  /** Told with them. */
  etas: (number | null)[]
  /** The fold of all that. */
  snapshot: SnapshotView | null
}

/** Watches a job and keeps the fold. `start` is the snapshot a returning client still holds. */
export async function follow(
  socket: ClientSocket,
  request: WatchRequest,
  start: SnapshotView | null = null,
): Promise<Heard> {
  const heard: Heard = {
    ack: null,
    events: [],
    resyncs: [],
    previews: [],
    positions: [],
    etas: [],
    snapshot: start,
  }
  socket.on('event', (event) => {
    if (event.jobId !== request.jobId) return
    heard.events.push(event)
    // outputs in events carry urls too, so the fold of views is a view
    if (heard.snapshot) heard.snapshot = reduceJob(heard.snapshot, event) as SnapshotView
  })
  socket.on('resync', (snapshot) => {
    if (snapshot.jobId !== request.jobId) return
    heard.resyncs.push(snapshot)
    heard.snapshot = snapshot
  })
  socket.on('preview', (frame) => frame.jobId === request.jobId && heard.previews.push(frame))
  socket.on('position', ({ jobId, queuePosition, etaMs }) => {
    if (jobId !== request.jobId) return
    heard.positions.push(queuePosition)
    heard.etas.push(etaMs)
  })
  heard.ack = await watch(socket, request)
  if (!start && heard.ack.ok) heard.snapshot = foldMissed(heard, heard.ack.snapshot)
  return heard
}

/** Events may have come in the same breath as the acknowledgement. */
function foldMissed(heard: Heard, snapshot: SnapshotView): SnapshotView {
  const latest = heard.resyncs.at(-1) ?? snapshot
  return heard.events.reduce((folded, event) => reduceJob(folded, event) as SnapshotView, latest)
}
