/** WebSocket upgrades: only at ComfyUI's paths, only from our own pages. */
import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { isForeign } from './origin.ts'

/** ComfyUI refuses larger messages from clients. */
const MAX_CLIENT_MESSAGE_BYTES = 4 * 1024 * 1024

export interface AcceptOptions {
  readonly refusesCrossSite: boolean
  /** A status, or null. */
  refusalOf(request: IncomingMessage): number | null
  attach(socket: WebSocket, clientId: string | null): void
}

export function acceptSockets(server: Server, options: AcceptOptions): WebSocketServer {
  const refusalOf = (request: IncomingMessage, pathname: string): number | null => {
    if (pathname !== '/ws' && pathname !== '/api/ws') return 404
    if (isForeign(request, options.refusesCrossSite)) return 403
    return options.refusalOf(request)
  }

  const upgrades = new WebSocketServer({ noServer: true, maxPayload: MAX_CLIENT_MESSAGE_BYTES })
  server.on('upgrade', (request, socket, head) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://host')
    const refusal = refusalOf(request, pathname)
    if (refusal !== null) {
      // whoever is refused may be gone before it has read so
      socket.on('error', () => socket.destroy())
      socket.end(`HTTP/1.1 ${refusal} ${STATUS_CODES[refusal] ?? ''}\r\n\r\n`)
      return
    }
    upgrades.handleUpgrade(request, socket, head, (webSocket) =>
      options.attach(webSocket, searchParams.get('clientId')),
    )
  })
  return upgrades
}
