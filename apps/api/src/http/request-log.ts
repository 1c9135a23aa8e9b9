/** One line per request, without query, headers or body: those may carry secrets. */
import type { Logger } from '@safelight/runtime'
import type { RequestHandler } from 'express'

export function logRequests(log: Logger): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now()
    const { method, path } = request
    response.once('close', () => {
      const ms = Math.round(performance.now() - startedAt)
      log.debug({ method, path, status: response.statusCode, ms }, 'request')
    })
    next()
  }
}
