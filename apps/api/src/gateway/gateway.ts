/**
 * The Socket.IO face: any number of watches over one connection.
 *
 * There is no Socket.IO adapter: every API process listens to Redis for the jobs its own clients
 * watch, so a client may be connected to any of them.
 */
import type { IncomingMessage, Server as HttpServer } from 'node:http'
import type { TokenCheck } from '@safelight/runtime'
import { ApiError } from '@safelight/shared'
import { Server } from 'socket.io'
import type { ClientLimits } from '../http/client-limits.ts'
import { refuseSocket, refuseStrangeHostsOfSockets } from '../http/host-names.ts'
import { createLinks, type LinkOptions, readBaseUrl } from '../http/links.ts'
import { isOwnOrigin, type OriginOptions } from '../http/origins.ts'
import { readClientAddress } from '../http/trusted-proxies.ts'
import type { ApiTimings } from '../timings.ts'
import { type ConnectionDeps, serveConnection } from './connection.ts'
import { createOnce } from '../watch/once.ts'
import type { Packet } from './packet.ts'
import type { Gateway } from './sockets.ts'

/** Clients only ever send small requests. */
const MAX_MESSAGE_BYTES = 64 * 1024

export interface GatewayOptions extends LinkOptions, OriginOptions {
  server: HttpServer
  /** How many sockets one address may have. */
  limits: ClientLimits
  isAllowed: TokenCheck
  timings: Pick<ApiTimings, 'socketPingMs' | 'socketPongMs' | 'socketJoinMs'>
}

export function createGateway(deps: ConnectionDeps, options: GatewayOptions): Gateway {
  const { corsOrigins } = options
  const gateway: Gateway = new Server(options.server, {
    // polling stays for networks that block WebSocket; behind several processes it needs sticky sessions
    transports: ['websocket', 'polling'],
    perMessageDeflate: false,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    pingInterval: options.timings.socketPingMs,
    pingTimeout: options.timings.socketPongMs,
    connectTimeout: options.timings.socketJoinMs,
    serveClient: false,
    ...(corsOrigins.length > 0 && {
      cors: { origin: corsOrigins.includes('*') ? '*' : [...corsOrigins] },
    }),
    allowRequest(request, decide) {
      decide(null, isOwnOrigin(request.headers, options))
    },
  })
  gateway.engine.use(refuseStrangeHostsOfSockets(options.isHostAllowed))
  countSockets(gateway, options)
  gateway.use((socket, next) => {
    const { token }: Record<string, unknown> = socket.handshake.auth
    if (options.isAllowed(typeof token === 'string' ? token : undefined)) return next()
    const refusal = Object.assign(new Error('unauthorized'), { data: { code: 'unauthorized' } })
    next(refusal)
  })
  const once = createOnce<Packet>()
  gateway.on('connection', (socket) => {
    const links = createLinks(readBaseUrl(socket.request, options), options.urls)
    serveConnection(deps, { socket, links, once })
  })
  return gateway
}

/** What Engine.IO hands out: it has no public type of its own here. */
interface EngineSocket {
  request: IncomingMessage
  once(event: 'close', act: () => void): unknown
  close(discard: boolean): void
}

/** From their first byte on: one that never says what it is here for takes room as well. */
function countSockets({ engine }: Gateway, { limits, trusts }: GatewayOptions): void {
  engine.use((request: IncomingMessage, response: unknown, next: () => void) => {
    const isNew = !new URL(request.url ?? '/', 'http://any').searchParams.has('sid')
    if (!isNew || limits.hasRoom(readClientAddress(request, trusts))) return next()
    const message = 'Too many sockets are open. Close one first.'
    refuseSocket(request, response, new ApiError('too_many_streams', message))
  })
  engine.on('connection', (socket: EngineSocket) => {
    const client = readClientAddress(socket.request, trusts)
    // several may have asked at once
    if (limits.hasRoom(client)) socket.once('close', limits.admit(client))
    else socket.close(true)
  })
}
