/** Keeps out who does not show the optional bearer token. */
import { readBearer, type TokenCheck } from '@safelight/runtime'
import { ApiError } from '@safelight/shared'
import type { RequestHandler } from 'express'
import type { SignedRequest } from './signed-urls.ts'

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
