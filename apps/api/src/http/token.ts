/** The optional static bearer token, compared without telling how much of it was right. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { ApiError } from '@safelight/shared'
import type { RequestHandler } from 'express'
import type { SignedRequest } from './signed-urls.ts'

/** True when no token is configured, or the given one is it. */
export type TokenCheck = (given: string | undefined) => boolean

export function createTokenCheck(token: string | null): TokenCheck {
  if (token === null) return () => true
  const expected = digest(token)
  // digests have one length, so neither it nor the content shows in the time taken
  return (given) => given !== undefined && timingSafeEqual(digest(given), expected)
}

/** @param isSigned whether an address opens without it, for a while; throws when it does no longer */
export function requireToken(
  isAllowed: TokenCheck,
  isSigned: (request: SignedRequest) => boolean,
): RequestHandler {
  return (request, response, next) => {
    if (isAllowed(readBearer(request.headers.authorization))) return next()
    const { method, baseUrl, path, query } = request
    if (isSigned({ method, path: baseUrl + path, query })) return next()
    response.setHeader('WWW-Authenticate', 'Bearer')
    next(new ApiError('unauthorized', 'Send the token as `Authorization: Bearer <token>`.'))
  }
}

function readBearer(header: string | undefined): string | undefined {
  return /^bearer +(\S+) *$/i.exec(header ?? '')?.[1]
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
