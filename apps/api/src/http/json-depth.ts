/** Refuses JSON nested so deep that writing it again would overflow the stack, ours or a host's. */
import { ApiError } from '@safelight/shared'
import type { RequestHandler } from 'express'

const MAX_DEPTH = 200

export const refuseDeepJson: RequestHandler = (request, _response, next) => {
  if (!isDeeper(request.body, MAX_DEPTH)) return next()
  next(new ApiError('invalid_request', `The body is nested deeper than ${MAX_DEPTH} levels.`))
}

/** Level by level, not recursive: it must survive what it looks for. */
function isDeeper(value: unknown, limit: number): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true
    level = level.flatMap((item) =>
      typeof item === 'object' && item !== null ? Object.values(item) : [],
    )
  }
  return false
}
