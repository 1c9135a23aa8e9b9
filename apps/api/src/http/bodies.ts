/** What a request's body must be before anybody reads it: small enough, UTF-8, not too deep, and coming. */
import { isUtf8 } from 'node:buffer'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Clock } from '@safelight/runtime'
import { ApiError } from '@safelight/shared'
import type { RequestHandler } from 'express'

/** As Express' own parsers mark theirs. */
class BodyError extends Error {
  readonly type: string
  readonly status: number
  /** Bytes; of one that is too large. */
  readonly limit: number | undefined

  constructor(type: string, status: number, limit?: number) {
    super(type)
    this.type = type
    this.status = status
    this.limit = limit
  }
}

/** By its length, before any of it is taken in. */
export function refuseLargeBodies(limitBytes: number): RequestHandler {
  return (request, _response, next) => {
    const isTooLarge = isLonger(request, limitBytes)
    next(isTooLarge ? new BodyError('entity.too.large', 413, limitBytes) : undefined)
  }
}

function isLonger({ headers }: IncomingMessage, limitBytes: number): boolean {
  return Number(headers['content-length'] ?? 0) > limitBytes
}

/** Whether it has a `multipart/form-data` body, as uploads do. */
export function isForm({ headers }: IncomingMessage): boolean {
  return /^multipart\/form-data\s*(;|$)/i.test(headers['content-type'] ?? '')
}

/** What is not UTF-8 would be read as something else than was sent: the wrong prompt, not an error. */
export function verifyUtf8(body: Buffer, charset: string): void {
  if (charset.toLowerCase() !== 'utf-8' || !isUtf8(body))
    throw new BodyError('charset.unsupported', 415)
}

const MAX_DEPTH = 200

/** JSON nested so deep that writing it again would overflow the stack, ours or a host's. */
export const refuseDeepJson: RequestHandler = (request, _response, next) => {
  if (!isDeeper(request.body, MAX_DEPTH)) return next()
  next(new ApiError('invalid_request', `The body is nested deeper than ${MAX_DEPTH} levels.`))
}

/** Level by level, not recursive: it must survive what it looks for. */
function isDeeper(value: unknown, limit: number): boolean {
  let level: object[] = isObject(value) ? [value] : []
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > limit) return true
    const next: object[] = []
    // a large body has very many values, and few of them hold others
    for (const item of level)
      for (const inner of Object.values(item)) if (isObject(inner)) next.push(inner)
    level = next
  }
  return false
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Who asks before sending (`Expect: 100-continue`) is only told to when the body will be read. */
export function answerExpectations(
  server: Server,
  limitOf: (request: IncomingMessage) => number,
): void {
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (isLonger(request, limitOf(request))) response.setHeader('Connection', 'close')
    else response.writeContinue()
    server.emit('request', request, response)
  })
}

const LOOKS = 3

export interface BodyTimes {
  clock: Clock
  /** How long nothing of a body may come. */
  idleMs: number
  /** How long a body may take that is held until it is whole. Forms are not, and take as long as the server lets them. */
  wholeMs: number
}

/** A body that stands still, or trickles, ends with its connection: it would hold memory for ever. */
export function endIdleBodies(server: Server, { clock, idleMs, wholeMs }: BodyTimes) {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    let bytesSeen = socket.bytesRead
    let quietLooks = 0
    let looksLeft = isForm(request) ? Number.POSITIVE_INFINITY : (wholeMs / idleMs) * LOOKS
    let callOff = clock.after(idleMs / LOOKS, look)

    function look(): void {
      if (request.complete || response.headersSent) return
      quietLooks = socket.bytesRead === bytesSeen ? quietLooks + 1 : 0
      bytesSeen = socket.bytesRead
      looksLeft -= 1
      if (quietLooks < LOOKS && looksLeft > 0) callOff = clock.after(idleMs / LOOKS, look)
      else response.writeHead(408, { Connection: 'close' }).end()
    }

    response.once('close', () => callOff())
  })
}
