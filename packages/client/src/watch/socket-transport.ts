/** Socket.IO: all watched jobs over one connection, asked for anew at every connect. */
import type { ClientToServerEvents, ServerToClientEvents, WatchAck } from '@safelight/shared'
import { isApiErrorCode } from '@safelight/shared'
import { io, type Socket } from 'socket.io-client'
import { RequestError } from '../errors.ts'
import { type SharedWatch, toOpening } from './shared-watch.ts'

type GatewaySocket = Socket<ServerToClientEvents, ClientToServerEvents>

export interface SocketTransportOptions {
  baseUrl: string
  token: () => string | undefined
  /** The watch of this job, if there still is one. */
  find: (jobId: string) => SharedWatch | undefined
  all: () => SharedWatch[]
  /** The server has answered for this watch: it is live over the socket. */
  onLive: (watch: SharedWatch) => void
  onDown: () => void
  onUp: () => void
}

export interface SocketTransport {
  /** Asks for the watch now, or as soon as there is a connection. */
  ask(watch: SharedWatch): void
  leave(jobId: string): void
  close(): void
}

const ANSWER_MS = 10_000
const RETRY_MS = 1_500
/** The server's "not now"; anything else it refuses stays refused. */
const RETRYABLE: ReadonlySet<string> = new Set([
  'unavailable',
  'upstream_error',
  'rate_limited',
  'too_many_streams',
])

export function createSocketTransport(options: SocketTransportOptions): SocketTransport {
  const { baseUrl, token, find, all } = options
  const { origin, pathname } = new URL(baseUrl)
  const socket: GatewaySocket = io(origin, {
    path: `${pathname.replace(/\/$/, '')}/socket.io`,
    // what the socket cannot do, server-sent events do: long polling would need sticky sessions
    transports: ['websocket'],
    autoConnect: false,
    forceNew: true,
    reconnectionDelay: 250,
    reconnectionDelayMax: 4_000,
    timeout: 8_000,
    auth: (send) => send({ token: token() }),
  })
  /** The newest request of each job: answers to older ones do not count. */
  const pending = new Map<string, number>()
  const retries = new Map<string, ReturnType<typeof setTimeout>>()
  let requests = 0

  function ask(watch: SharedWatch): void {
    const { jobId } = watch
    clearTimeout(retries.get(jobId))
    retries.delete(jobId)
    if (!socket.connected) {
      // one that was refused, or told to go, does not come back by itself
      if (!socket.active) socket.connect()
      return
    }
    const requestId = ++requests
    pending.set(jobId, requestId)
    const request = watch.toRequest()
    socket.timeout(ANSWER_MS).emit('watch', request, (timeout: Error | null, answer: WatchAck) => {
      if (pending.get(jobId) !== requestId || find(jobId) !== watch) return
      pending.delete(jobId)
      if (timeout) return retryLater(watch)
      if (!answer.ok) return refuse(watch, answer.error)
      if (request.afterSeq === undefined) watch.open(answer)
      else watch.resume(answer)
      if (find(jobId) === watch) options.onLive(watch)
    })
  }

  function retryLater(watch: SharedWatch): void {
    const { jobId } = watch
    const retry = () => {
      retries.delete(jobId)
      if (find(jobId) === watch && socket.connected) ask(watch)
    }
    clearTimeout(retries.get(jobId))
    retries.set(jobId, setTimeout(retry, RETRY_MS))
  }

  function refuse(watch: SharedWatch, { code, message }: { code: string; message: string }): void {
    if (RETRYABLE.has(code)) return retryLater(watch)
    watch.fail(new RequestError(isApiErrorCode(code) ? code : 'bad_answer', message))
  }

  socket.on('connect', () => {
    options.onUp()
    for (const watch of all()) ask(watch)
  })
  socket.on('disconnect', (reason) => {
    pending.clear()
    options.onDown()
    if (reason === 'io server disconnect' && all().length > 0) socket.connect()
  })
  socket.on('connect_error', (error) => {
    options.onDown()
    // still trying: the server is away, or sockets do not get through
    if (socket.active) return
    const unauthorized = new RequestError('unauthorized', 'The API wants another token.', {
      cause: error,
    })
    for (const watch of all()) watch.fail(unauthorized)
  })
  socket.on('event', (event) => {
    const watch = find(event.jobId)
    // what is missing is asked for once, however many events show it
    if (watch?.applyEvent(event) === 'gap' && !pending.has(event.jobId)) ask(watch)
  })
  socket.on('resync', (snapshot) => find(snapshot.jobId)?.resync(toOpening(snapshot)))
  socket.on('position', ({ jobId, ...place }) => find(jobId)?.setPlace(place))
  socket.on('preview', (frame) => {
    // browsers get an ArrayBuffer, whatever was sent
    const data = new Uint8Array(frame.data)
    find(frame.jobId)?.emitPreview({ ...frame, data })
  })

  return {
    ask,
    leave(jobId) {
      clearTimeout(retries.get(jobId))
      retries.delete(jobId)
      pending.delete(jobId)
      if (socket.connected) socket.emit('unwatch', { jobId })
    },
    close() {
      for (const timer of retries.values()) clearTimeout(timer)
      retries.clear()
      socket.disconnect()
    },
  }
}
