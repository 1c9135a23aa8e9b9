/** Socket.IO: all watched jobs over one connection, asked for anew at every connect. */
import type { ClientToServerEvents, ServerToClientEvents, WatchAck } from '@safelight/shared'
import { isApiErrorCode } from '@safelight/shared'
import { io, type Socket } from 'socket.io-client'
import { RequestError } from '../errors.ts'
import { type Channel, toOpening } from './channel.ts'

type GatewaySocket = Socket<ServerToClientEvents, ClientToServerEvents>

export interface SocketTransportOptions {
  baseUrl: string
  token: () => string | undefined
  /** The job with this id, if it is still watched. */
  find: (jobId: string) => Channel | undefined
  all: () => Channel[]
  /** The server has answered for this channel: it is live over the socket. */
  onLive: (channel: Channel) => void
  onDown: () => void
  onUp: () => void
}

export interface SocketTransport {
  /** Asks for the channel now, or as soon as there is a connection. */
  ask(channel: Channel): void
  leave(jobId: string): void
  close(): void
}

const ANSWER_MS = 10_000
const AGAIN_MS = 1_500
/** The server's "not now"; anything else it refuses stays refused. */
const NOT_NOW: ReadonlySet<string> = new Set([
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
  /** Which question is the last, per job: answers to older ones do not count. */
  const asked = new Map<string, number>()
  const waiting = new Map<string, ReturnType<typeof setTimeout>>()
  let questions = 0

  function ask(channel: Channel): void {
    const { jobId } = channel
    clearTimeout(waiting.get(jobId))
    waiting.delete(jobId)
    if (!socket.connected) {
      // one that was refused, or told to go, does not come back by itself
      if (!socket.active) socket.connect()
      return
    }
    const question = ++questions
    asked.set(jobId, question)
    const request = channel.toRequest()
    socket.timeout(ANSWER_MS).emit('watch', request, (late: Error | null, answer: WatchAck) => {
      if (asked.get(jobId) !== question || find(jobId) !== channel) return
      asked.delete(jobId)
      if (late) return askLater(channel)
      if (!answer.ok) return refused(channel, answer.error)
      if (request.afterSeq === undefined) channel.opened(answer)
      else channel.resumed(answer)
      if (find(jobId) === channel) options.onLive(channel)
    })
  }

  function askLater(channel: Channel): void {
    const { jobId } = channel
    const again = () => {
      waiting.delete(jobId)
      if (find(jobId) === channel && socket.connected) ask(channel)
    }
    clearTimeout(waiting.get(jobId))
    waiting.set(jobId, setTimeout(again, AGAIN_MS))
  }

  function refused(channel: Channel, { code, message }: { code: string; message: string }): void {
    if (NOT_NOW.has(code)) return askLater(channel)
    channel.fail(new RequestError(isApiErrorCode(code) ? code : 'bad_answer', message))
  }

  socket.on('connect', () => {
    options.onUp()
    for (const channel of all()) ask(channel)
  })
  socket.on('disconnect', (reason) => {
    asked.clear()
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
    for (const channel of all()) channel.fail(unauthorized)
  })
  socket.on('event', (event) => {
    const channel = find(event.jobId)
    // what is missing is asked for once, however many events show it
    if (channel?.event(event) === 'gap' && !asked.has(event.jobId)) ask(channel)
  })
  socket.on('resync', (snapshot) => find(snapshot.jobId)?.resync(toOpening(snapshot)))
  socket.on('position', ({ jobId, queuePosition }) => find(jobId)?.place(queuePosition))
  socket.on('preview', (frame) => {
    // browsers get an ArrayBuffer, whatever was sent
    const data = new Uint8Array(frame.data)
    find(frame.jobId)?.preview({ ...frame, data })
  })

  return {
    ask,
    leave(jobId) {
      clearTimeout(waiting.get(jobId))
      waiting.delete(jobId)
      asked.delete(jobId)
      if (socket.connected) socket.emit('unwatch', { jobId })
    },
    close() {
      for (const timer of waiting.values()) clearTimeout(timer)
      waiting.clear()
      socket.disconnect()
    },
  }
}
