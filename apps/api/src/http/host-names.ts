/** Refuses requests that call us by a name we do not know (`createHostCheck`), with 421. */
import { type IncomingMessage, ServerResponse } from 'node:http'
import type { HostCheck } from '@safelight/runtime'
import { ApiError } from '@safelight/shared'
import type { RequestHandler } from 'express'
import { toEnvelope } from './envelope.ts'

/** Whatever looks after the process asks it by its address, or by no name at all. */
const FOR_PROBES = new Set(['/livez', '/readyz'])

export function refuseStrangeHosts(isAllowed: HostCheck): RequestHandler {
  return (request, _response, next) => {
    if (FOR_PROBES.has(request.path) || isAllowed(request.headers.host)) return next()
    next(strangeHost())
  }
}

/** The same before Socket.IO, where there is no Express. */
export function refuseStrangeHostsOfSockets(isAllowed: HostCheck) {
  return (request: IncomingMessage, response: unknown, next: () => void): void => {
    if (isAllowed(request.headers.host)) return next()
    refuseSocket(request, response, strangeHost())
  }
}

/** @param response what Engine.IO has in its place when the request is for a WebSocket: then the answer goes out bare */
export function refuseSocket(request: IncomingMessage, response: unknown, error: ApiError): void {
  const body = JSON.stringify(toEnvelope(error))
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }
  if (response instanceof ServerResponse) {
    response.writeHead(error.status, headers).end(body)
    return
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  request.socket.end([`HTTP/1.1 ${error.status} Refused`, ...lines, '', body].join('\r\n'))
}

function strangeHost(): ApiError {
  const message =
    'This server is not known by that name. Its operator can add it to ALLOWED_HOSTS, or set PUBLIC_URL.'
  return new ApiError('misdirected_request', message)
}
