/** One line per request, without query, headers or body: those may carry secrets. */
import type { Clock, Logger } from '@safelight/runtime'
import type { RequestHandler } from 'express'

export function logRequests({ log, clock }: { log: Logger; clock: Clock }): RequestHandler {
  return (request, response, next) => {
    const startedAt = clock.steady()
    const { method, path } = request
    response.once('close', () => {
      const ms = Math.round(clock.steady() - startedAt)
      log.debug({ method, path, status: response.statusCode, ms }, 'request')
    })
    next()
  }
}
