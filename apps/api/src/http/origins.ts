/** Which web pages may do something here. Browsers let every page send requests and open sockets; programs name no origin and pass. */
import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from '@safelight/shared'
import type { RequestHandler } from 'express'
import { type CorsOrigins, isAllowedOrigin } from './cors.ts'

export interface OriginOptions {
  corsOrigins: CorsOrigins
  publicUrl: string | null
}

/** True for our own pages, the configured origins, and whatever is no browser. The host must have been checked. */
export function isOwnOrigin(
  headers: Pick<IncomingHttpHeaders, 'origin' | 'host' | 'sec-fetch-site'>,
  { corsOrigins, publicUrl }: OriginOptions,
): boolean {
  const { origin, host } = headers
  if (isAllowedOrigin(origin, corsOrigins)) return true
  if (headers['sec-fetch-site'] === 'cross-site') return false
  if (origin === undefined) return true
  if (!URL.canParse(origin)) return false
  const from = new URL(origin)
  // not the protocol: before a proxy that ends TLS it is another
  return from.host === host || (publicUrl !== null && from.origin === new URL(publicUrl).origin)
}

/** What only reads is every page's to ask: it is the answer that other pages do not get (CORS). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

export function refuseForeignPages(options: OriginOptions): RequestHandler {
  return (request, _response, next) => {
    if (SAFE.has(request.method) || isOwnOrigin(request.headers, options)) return next()
    next(new ApiError('forbidden', 'Pages of this origin may not call. See CORS_ORIGIN.'))
  }
}
