/** Which other origins may call from a browser: none, unless configured. */
import type { RequestHandler } from 'express'

/** `*` or exact origins; empty: only pages served by ourselves. */
export type CorsOrigins = readonly string[]

const METHODS = 'GET, POST, PATCH, DELETE, HEAD, OPTIONS'
const REQUEST_HEADERS =
  'Authorization, Content-Type, Idempotency-Key, Idempotency-Mode, Last-Event-ID, Prefer, Range, traceparent, tracestate'
const RESPONSE_HEADERS =
  'Retry-After, ETag, Content-Range, Accept-Ranges, Content-Disposition, Idempotent-Replayed, Preference-Applied, traceparent'

export function cors(origins: CorsOrigins): RequestHandler {
  return (request, response, next) => {
    if (origins.length === 0) return next()
    response.vary('Origin')
    const { origin } = request.headers
    if (!origin || !isAllowedOrigin(origin, origins)) return next()
    response.setHeader('Access-Control-Allow-Origin', origin)
    response.setHeader('Access-Control-Expose-Headers', RESPONSE_HEADERS)
    if (request.method !== 'OPTIONS') return next()
    response.setHeader('Access-Control-Allow-Methods', METHODS)
    response.setHeader('Access-Control-Allow-Headers', REQUEST_HEADERS)
    response.setHeader('Access-Control-Max-Age', '600')
    response.status(204).end()
  }
}

/** @param origin undefined: none is named */
export function isAllowedOrigin(origin: string | undefined, origins: CorsOrigins): boolean {
  return origins.includes('*') || (origin !== undefined && origins.includes(origin))
}
