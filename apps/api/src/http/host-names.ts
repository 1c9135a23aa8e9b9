/**
 * Which names a request may call us by. A browser takes a page's word for what its own name points
 * to: without this, any page could have its name lead to a Safelight nearby and read it as its own
 * (DNS rebinding). A name we do not know is refused with 421.
 */
import { type IncomingMessage, ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import { ApiError } from '@safelight/shared'
import type { RequestHandler } from 'express'
import { toEnvelope } from './envelope.ts'

/** For the value of a `Host` header. */
export type HostCheck = (host: string | undefined) => boolean

export interface HostNames {
  publicUrl: string | null
  /** The address we listen on. */
  listensOn: string
  /** Names without ports; `*` for any. */
  allowed: readonly string[]
}

export function createHostCheck({ publicUrl, listensOn, allowed }: HostNames): HostCheck {
  if (allowed.includes('*')) return () => true
  const own = publicUrl === null ? [] : [new URL(publicUrl).host]
  const names = new Set([...own, ...allowed, toHost(listensOn)].map(readName))
  const check = (host: string | undefined) => {
    const name = readName(host)
    return name !== null && (isLoopback(name) || names.has(name))
  }
  // every request of a connection says the same: the name that was good last is not read again
  let good: string | undefined
  return (host) => {
    if (good !== undefined && host === good) return true
    const isGood = check(host)
    if (isGood) good = host
    return isGood
  }
}

/** Of an address of this machine alone. */
export function isLoopback(name: string): boolean {
  return /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(name)
}

/** `Example.org:8080` → `example.org`; null for what cannot be a host. */
function readName(host: string | undefined): string | null {
  if (host === undefined || !isHost(host)) return null
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : null
}

/** A header is anybody's text: only what can be a host goes into an address. */
export function isHost(text: string): boolean {
  return /^(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?$/.test(text)
}

const toHost = (address: string) => (isIP(address) === 6 ? `[${address}]` : address)

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
