/**
 * The Socket.IO face: any number of watches over one connection.
 *
 * There is no Socket.IO adapter: every API process listens to Redis for the jobs its own clients
 * watch, so a client may be connected to any of them.
 */
import type { Server as HttpServer } from 'node:http'
import { Server } from 'socket.io'
import { type CorsOrigins, isSocketOriginAllowed } from '../http/cors.ts'
import { type BaseUrlOptions, createLinks, readBaseUrl } from '../http/links.ts'
import type { TokenCheck } from '../http/token.ts'
import type { ApiTimings } from '../timings.ts'
import { type ConnectionDeps, serveConnection } from './connection.ts'
import type { Gateway } from './sockets.ts'

/** Clients only ever send small requests. */
const MAX_MESSAGE_BYTES = 64 * 1024

export interface GatewayOptions extends BaseUrlOptions {
  server: HttpServer
  corsOrigins: CorsOrigins
  isAllowed: TokenCheck
  timings: Pick<ApiTimings, 'socketPingMs' | 'socketPongMs'>
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
    serveClient: false,
    ...(corsOrigins.length > 0 && {
      cors: { origin: corsOrigins.includes('*') ? '*' : [...corsOrigins] },
    }),
    allowRequest(request, decide) {
      decide(null, isSocketOriginAllowed(request.headers, corsOrigins))
    },
  })
  gateway.use((socket, next) => {
    const { token }: Record<string, unknown> = socket.handshake.auth
    if (options.isAllowed(typeof token === 'string' ? token : undefined)) return next()
    const refusal = Object.assign(new Error('unauthorized'), { data: { code: 'unauthorized' } })
    next(refusal)
  })
  gateway.on('connection', (socket) => {
    serveConnection(deps, socket, createLinks(readBaseUrl(socket.request, options)))
  })
  return gateway
}
